using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Library;

/// <summary>The user's files on the platform: upload and register, resolve and download. Thread-safe.</summary>
public sealed partial class FileLibrary : IAsyncDisposable
{
    /// <summary>How long profile and root folders are believed (interop API 3.1).</summary>
    private static readonly TimeSpan ProfileLifetime = TimeSpan.FromMinutes(5);

    private readonly RescaleClient _client;
    private readonly StoreDirectory _stores;
    private readonly CachedAnswer<UserProfile> _user;
    private readonly CachedAnswer<RootFolders> _folders;
    private readonly CheckpointFolder _checkpoints;
    private readonly ResumeIdentities _identities;

    internal FileLibrary(
        RescaleClient client, Networking.NetworkOptions network, TimeProvider time, CheckpointFolder checkpoints, Uri? storageEndpoint = null)
    {
        _checkpoints = checkpoints;
        _identities = new ResumeIdentities(checkpoints, client.Platform);
        _client = client;
        _stores = new StoreDirectory(client, network, time, storageEndpoint);
        _user = new CachedAnswer<UserProfile>(client.Users.GetCurrentAsync, ProfileLifetime, time);
        _folders = new CachedAnswer<RootFolders>(client.Users.GetRootFoldersAsync, ProfileLifetime, time);
        Listing = new LibraryListing(client, new FolderPaths(client.Folders, _folders.GetAsync, time));
        Changes = new LibraryChanges(client, Listing.Paths);
        Folders = new FolderMaking(client.Folders, Listing.Paths);
        Trash = new TrashBin(client.Trash);
    }

    /// <summary>What lies where.</summary>
    public LibraryListing Listing { get; }

    /// <summary>Moves things elsewhere, to the Trash, or deletes them.</summary>
    public LibraryChanges Changes { get; }

    public FolderMaking Folders { get; }
    public TrashBin Trash { get; }

    /// <inheritdoc cref="UploadAsync(TransferEngine, IByteSource, string, string?, UploadOptions, CancellationToken)"/>
    public Task<UploadedFile> UploadAsync(TransferEngine engine, IByteSource source, string name, string? folderId, CancellationToken cancellationToken)
        => UploadAsync(engine, source, name, folderId, new UploadOptions(), cancellationToken);

    /// <summary>Encrypts and stores the bytes, then registers them as a file. An earlier run of the same is continued.</summary>
    /// <param name="name">Name to register; also the stem of the object key.</param>
    /// <param name="folderId">Null for the user's library.</param>
    /// <exception cref="RescaleException">UnsafeFileName, TransferInUse, and what engine and platform report.</exception>
    public async Task<UploadedFile> UploadAsync(
        TransferEngine engine, IByteSource source, string name, string? folderId, UploadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        SafeFileName.RequirePlain(name);
        var user = await _user.GetAsync(cancellationToken).ConfigureAwait(false);
        folderId ??= (await _folders.GetAsync(cancellationToken).ConfigureAwait(false)).MyLibrary;
        var store = _stores.ForUploads(user);
        var missedTags = (IReadOnlyList<RescaleException>)[];
        var registrar = new FileRegistrar(_client, user.DefaultStorage, name, folderId);
        var uploaded = await engine.UploadAsync(
            new UploadRequest
            {
                Source = source,
                Store = store,
                Key = ObjectNaming.ForNew(user.DefaultStorage, name),
                Format = options.PreEncrypt ? ObjectFormat.Whole : ObjectFormat.Chained,
                Resume = options.NoResume ? null : _identities.ForUpload(source, name, folderId, user, options.Tags),
                OnNotice = options.OnNotice,
                OnContinued = options.OnContinued,
                // The name of the transfer holds the user: who asks is who has sent it.
                WhyKeepAsync = (left, token) => WhyKeepAsync(left, user, token),
                OnCommitted = RegisterAsync,
            },
            cancellationToken).ConfigureAwait(false);
        // One that cannot be continued is registered when the engine is done with it, and keeps no other from its place there.
        if (registrar.Registered is null)
            await RegisterAsync(uploaded, cancellationToken).ConfigureAwait(false);
        return new UploadedFile(
            registrar.Registered!.Id, name, uploaded.Length, uploaded.Sha512, folderId, uploaded.Key, uploaded.Parts, uploaded.Integrity, uploaded.Duration, uploaded.ResumedBytes)
        {
            MissedTags = missedTags,
        };

        // As long as the tags are not set, the checkpoint stays: a stop in here repeats them, which changes nothing.
        async Task RegisterAsync(UploadResult stored, CancellationToken token)
        {
            var file = await registrar.RegisterAsync(stored, token).ConfigureAwait(false);
            missedTags = await FileTags.AddAsync(_client.Files, file.Id, name, options.Tags, token).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="DownloadAsync(TransferEngine, PlatformFile, string, DownloadOptions, CancellationToken)"/>
    public Task<DownloadResult> DownloadAsync(TransferEngine engine, PlatformFile file, string destination, bool overwrite, CancellationToken cancellationToken)
        => DownloadAsync(engine, file, destination, new DownloadOptions { Overwrite = overwrite }, cancellationToken);

    /// <summary>Fetches a file, decrypts and verifies it, and only then puts it at its name. An earlier run of the same is continued.</summary>
    /// <param name="file">A record that holds key, path and storage needs no further call.</param>
    /// <param name="destination">Full path of the file to make.</param>
    /// <exception cref="RescaleException">EncryptionKeyMissing, ObjectNotFound, TransferInUse, and what engine and platform report.</exception>
    public async Task<DownloadResult> DownloadAsync(
        TransferEngine engine, PlatformFile file, string destination, DownloadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        if (!IsComplete(file))
            file = await _client.Files.GetAsync(file.Id, cancellationToken).ConfigureAwait(false);
        var key = FileSecrets.Key(file);
        var path = ObjectPath(file) ?? throw new RescaleException(ErrorIds.ObjectNotFound, ErrorKind.NotFound, $"The platform does not say where '{file.Name}' ({file.Id}) is stored.", "Upload the file again.");
        var user = await _user.GetAsync(cancellationToken).ConfigureAwait(false);
        return await engine.DownloadAsync(
            new DownloadRequest
            {
                DisplayName = file.Name,
                Store = _stores.ForFile(file, user),
                Key = path,
                EncryptionKey = key,
                RecordIv = FileSecrets.Iv(file),
                Length = file.DecryptedSize,
                Sha512 = FileSecrets.Sha512(file),
                Destination = destination,
                Overwrite = options.Overwrite,
                AllowMismatch = options.AllowMismatch,
                Resume = options.NoResume ? null : _identities.ForDownload(file, path, destination),
                OnNotice = options.OnNotice,
                OnContinued = options.OnContinued,
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells which files are going to be downloaded, so that the keys to many of them come with one call.</summary>
    /// <exception cref="RescaleException">What the platform reports about the user.</exception>
    public async Task AnnounceAsync(IReadOnlyCollection<PlatformFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count > 1)
            _stores.Announce(files, await _user.GetAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <param name="folder">Path or id; null or empty for the user's library.</param>
    /// <returns>The folder's id.</returns>
    /// <exception cref="RescaleException">FolderNotFound, FolderAmbiguous, FolderPathInvalid.</exception>
    public async Task<string> ResolveFolderAsync(string? folder, CancellationToken cancellationToken)
        => (await Listing.Paths.FindAsync(folder, cancellationToken).ConfigureAwait(false)).Id;

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        _folders.Dispose();
        return _stores.DisposeAsync();
    }

    private static bool IsComplete(PlatformFile file)
        => file is { EncodedEncryptionKey: { Length: > 0 }, PathParts.Path: { Length: > 0 }, Storage.StorageType: { Length: > 0 } };

    private static string? ObjectPath(PlatformFile file)
        => file.PathParts?.Path is { Length: > 0 } path ? path : file.Path is { Length: > 0 } other ? other : null;
}
