using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library;

/// <summary>The user's files on the platform: upload and register, resolve and download. Thread-safe.</summary>
public sealed class FileLibrary : IAsyncDisposable
{
    /// <summary>How long profile and root folders are believed (interop API 3.1).</summary>
    private static readonly TimeSpan ProfileLifetime = TimeSpan.FromMinutes(5);

    private readonly RescaleClient _client;
    private readonly StoreDirectory _stores;
    private readonly CachedAnswer<UserProfile> _user;
    private readonly CachedAnswer<RootFolders> _folders;

    internal FileLibrary(RescaleClient client, Networking.NetworkOptions network, TimeProvider time, Uri? storageEndpoint = null)
    {
        _client = client;
        _stores = new StoreDirectory(client, network, time, storageEndpoint);
        _user = new CachedAnswer<UserProfile>(client.Users.GetCurrentAsync, ProfileLifetime, time);
        _folders = new CachedAnswer<RootFolders>(client.Users.GetRootFoldersAsync, ProfileLifetime, time);
    }

    /// <summary>Encrypts and stores the bytes, then registers them as a file.</summary>
    /// <param name="name">Name to register; also the stem of the object key.</param>
    /// <param name="folderId">Null for the user's library.</param>
    /// <exception cref="RescaleException">UnsafeFileName, and what engine and platform report.</exception>
    public async Task<UploadedFile> UploadAsync(TransferEngine engine, IByteSource source, string name, string? folderId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(source);
        SafeFileName.RequirePlain(name);
        var user = await _user.GetAsync(cancellationToken).ConfigureAwait(false);
        folderId ??= (await _folders.GetAsync(cancellationToken).ConfigureAwait(false)).MyLibrary;
        var store = _stores.ForUploads(user);
        var settings = user.DefaultStorage.ConnectionSettings!;
        var objectName = ObjectNaming.ForS3(settings.PathBase, name, ObjectNaming.NewSuffix());
        var uploaded = await engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = objectName.Key }, cancellationToken).ConfigureAwait(false);
        var registration = new FileRegistration(
            name,
            folderId,
            Convert.ToBase64String(uploaded.EncryptionKey),
            new PathParts(settings.Container, objectName.RegisteredPath),
            user.DefaultStorage,
            uploaded.Length,
            uploaded.Sha512);
        var file = await RegisterAsync(registration, cancellationToken).ConfigureAwait(false);
        return new UploadedFile(file.Id, name, uploaded.Length, uploaded.Sha512, folderId, objectName.Key, uploaded.Parts, uploaded.Integrity, uploaded.Duration, uploaded.ResumedBytes);
    }

    /// <summary>Fetches a file, decrypts and verifies it, and only then puts it at its name.</summary>
    /// <param name="file">A record that holds key, path and storage needs no further call.</param>
    /// <param name="destination">Full path of the file to make.</param>
    /// <exception cref="RescaleException">EncryptionKeyMissing, ObjectNotFound, and what engine and platform report.</exception>
    public async Task<DownloadResult> DownloadAsync(TransferEngine engine, PlatformFile file, string destination, bool overwrite, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(file);
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
                Overwrite = overwrite,
            },
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        _folders.Dispose();
        return _stores.DisposeAsync();
    }

    /// <summary>The bytes are stored by now. When they cannot be registered, the error tells where they lie.</summary>
    private async Task<PlatformFile> RegisterAsync(FileRegistration registration, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.Files.RegisterAsync(registration, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e)
        {
            throw new RescaleException(
                e.ErrorId,
                e.Kind,
                $"'{registration.Name}' was stored but could not be registered: {e.Message} Its object {registration.PathParts.Container}/{registration.PathParts.Path} belongs to no file.",
                e.RecommendedAction,
                e)
            {
                Behavior = e.Behavior,
                RetryAfter = e.RetryAfter,
                StatusCode = e.StatusCode,
            };
        }
    }

    private static bool IsComplete(PlatformFile file)
        => file is { EncodedEncryptionKey: { Length: > 0 }, PathParts.Path: { Length: > 0 }, Storage.StorageType: { Length: > 0 } };

    private static string? ObjectPath(PlatformFile file)
        => file.PathParts?.Path is { Length: > 0 } path ? path : file.Path is { Length: > 0 } other ? other : null;
}
