using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Library;

/// <summary>What has begun and not ended: listing, continuing and removing it.</summary>
public sealed partial class FileLibrary
{
    private const int IdBytes = 16;

    /// <summary>The checkpoints of this user on this machine, of every platform; then the uploads that the storage holds beneath the
    /// user's own path and no checkpoint knows, where the storage lists such. Where the user has no path of their own, only those whose
    /// object a checkpoint knows: others may be somebody else's.</summary>
    /// <exception cref="RescaleException">TransferStateUnreadable, and what platform and store report.</exception>
    public async IAsyncEnumerable<UnfinishedTransfer> ListTransfersAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new HashSet<(string?, string?)>();
        foreach (var stored in _checkpoints.List())
        {
            known.Add((stored.ObjectKey, stored.UploadId));
            yield return Describe(stored);
        }

        await foreach (var (_, upload) in ListUploadsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!known.Contains((upload.Key, upload.Id)))
                yield return Describe(upload);
        }
    }

    /// <summary>Continues a transfer without the command that began it.</summary>
    /// <param name="overwrite">Of a download: an existing file may be replaced.</param>
    /// <param name="onNotice">Told why it begins anew. Called from any thread.</param>
    /// <param name="onContinued">Told that it is continued: bytes done, bytes of the whole. Called from any thread.</param>
    /// <exception cref="RescaleException">TransferNotFound, TransferNotResumable, TransferInUse, and what engine and platform report.</exception>
    public async Task<ResumedTransfer> ResumeAsync(
        TransferEngine engine, string id, bool overwrite, Action<string>? onNotice, Action<long, long?>? onContinued, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var stored = _checkpoints.Find(id) ?? throw NotOfThisMachine(id);
        if (stored.Problem is { } problem)
            throw NotResumable(id, problem, "Remove it, and begin anew.");
        RequireThisPlatform(stored);
        var (path, description) = (stored.LocalPath!, stored.Description!);
        if (description.SourceKind != ResumeIdentities.File)
            throw NotResumable(id, "it is an archive, which is made while it is sent", "Repeat the command that began it.");
        if (stored.Direction == TransferDirection.Download)
        {
            var file = await _client.Files.GetAsync(description.FileId!, cancellationToken).ConfigureAwait(false);
            RequireSame(stored, ObjectPath(file) is { } key ? _identities.ForDownload(file, key, path) : null, "the file lies elsewhere in the storage by now");
            var options = new DownloadOptions { Overwrite = overwrite, OnNotice = onNotice, OnContinued = onContinued };
            return new ResumedTransfer(Describe(stored), null, await DownloadAsync(engine, file, path, options, cancellationToken).ConfigureAwait(false));
        }

        var user = await RequireThisStorageAsync(stored, cancellationToken).ConfigureAwait(false);
        using var source = new LocalFileSource(path);
        var tags = description.Tags ?? [];
        RequireSame(stored, _identities.ForUpload(source, description.Name, description.FolderId!, user, tags), "another version of this module began it");
        var choices = new UploadOptions { Tags = tags, PreEncrypt = stored.Format == ObjectFormat.Whole, OnNotice = onNotice, OnContinued = onContinued };
        var uploaded = await UploadAsync(engine, source, description.Name, description.FolderId, choices, cancellationToken).ConfigureAwait(false);
        return new ResumedTransfer(Describe(stored), uploaded, null);
    }

    /// <summary>Cleans up both ends: gives up the upload, or deletes its object if no file is registered with it; deletes the
    /// partial file; then the checkpoint.</summary>
    /// <param name="onNotice">Told what stays, when it is not sure that nobody needs it.</param>
    /// <exception cref="RescaleException">TransferNotFound, TransferInUse, TransferNotResumable when it belongs to another platform, user
    /// or storage, DestinationUnwritable, and what platform and store report.</exception>
    public async Task RemoveAsync(string id, Action<string>? onNotice, CancellationToken cancellationToken)
    {
        if (await _checkpoints.RemoveAsync(id, stored => CleanUpAsync(stored, onNotice, cancellationToken), cancellationToken).ConfigureAwait(false))
            return;
        await foreach (var (store, upload) in ListUploadsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (IdOf(upload) != id)
                continue;
            await AbortAsync(store, upload.Key, upload.Id, onNotice, cancellationToken).ConfigureAwait(false);
            return;
        }

        throw NotFound(id);
    }

    private async Task CleanUpAsync(StoredTransfer stored, Action<string>? onNotice, CancellationToken cancellationToken)
    {
        // Nothing else is known of it: an upload is found by listing, a partial file has a name of its own.
        if (stored.Problem is not null)
            return;
        if (stored.Direction == TransferDirection.Download)
        {
            LocalTransfers.DeletePartialFile(stored);
            return;
        }

        RequireThisPlatform(stored);
        var user = await RequireThisStorageAsync(stored, cancellationToken).ConfigureAwait(false);
        var store = _stores.ForUploads(user);
        var key = stored.ObjectKey!;
        if (stored.UploadId is { } upload && !stored.IsCommitted)
            await AbortAsync(store, key, upload, onNotice, cancellationToken).ConfigureAwait(false);
        // The commit may have succeeded, and the registration too, without the checkpoint having heard of it.
        if (await store.FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } found)
            return;
        if (await WhyKeepAsync(stored, found, user, cancellationToken).ConfigureAwait(false) is { } why)
            onNotice?.Invoke($"The object '{key}' of '{stored.LocalPath}' stays in the storage: {why}.");
        else
            await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Why the object must stay; null when it is sure that no file is registered with it.</returns>
    private async Task<string?> WhyKeepAsync(StoredTransfer stored, ObjectProperties found, UserProfile user, CancellationToken cancellationToken)
    {
        if (stored.Description!.Account is null)
            return "it is not known who has sent it, and so which files to look among";
        return await WhyKeepAsync(new LeftObject(stored.ObjectKey!, found, stored.Begun!.Value), user, cancellationToken).ConfigureAwait(false);
    }

    private Task<string?> WhyKeepAsync(LeftObject left, UserProfile user, CancellationToken cancellationToken)
    {
        // The older of the two: the clock of this machine may be wrong, and no file is older than its object.
        var since = left.Properties.LastModified < left.Begun ? left.Properties.LastModified : left.Begun;
        return FileRegistrar.WhyInUseAsync(_client, ObjectNaming.RegisteredPath(user.DefaultStorage, left.Key), since, cancellationToken);
    }

    private static async Task AbortAsync(IObjectStore store, string key, string upload, Action<string>? onNotice, CancellationToken cancellationToken)
    {
        await store.AbortAsync(new MultipartUpload(key, upload, new Dictionary<string, string>()), cancellationToken).ConfigureAwait(false);
        if (!store.Capabilities.Has(StoreFeatures.FreesAbortedParts))
            onNotice?.Invoke($"{store.Capabilities.Name} storage cannot delete what was sent of '{key}'; it lets it lapse by itself within a week.");
    }

    private async IAsyncEnumerable<(IObjectStore Store, UnfinishedUpload Upload)> ListUploadsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var user = await _user.GetAsync(cancellationToken).ConfigureAwait(false);
        var store = _stores.ForUploads(user);
        // The object's name without the name of any file.
        var own = ObjectNaming.KeyPrefix(user.DefaultStorage);
        foreach (var prefix in own.Length > 0 ? [own] : KnownKeys())
        {
            await foreach (var upload in store.ListUploadsAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                if (own.Length > 0 || upload.Key == prefix)
                    yield return (store, upload);
            }
        }
    }

    /// <summary>Of all uploads to this platform that this machine knows.</summary>
    private IReadOnlyList<string> KnownKeys() =>
        [.. _checkpoints.List().Where(stored => stored.Description?.Platform == _client.Platform.AbsoluteUri).Select(static stored => stored.ObjectKey).OfType<string>().Distinct(StringComparer.Ordinal)];

    internal static UnfinishedTransfer Describe(StoredTransfer stored)
    {
        var state = stored.IsInUse ? UnfinishedState.InUse : stored.Problem is null ? UnfinishedState.Resumable : UnfinishedState.Unusable;
        var transfer = new UnfinishedTransfer(stored.Id, state) { Updated = stored.Updated, Problem = stored.Problem };
        return stored.Description is not { } description ? transfer : transfer with
        {
            Direction = stored.Direction,
            Name = description.Name,
            LocalPath = stored.LocalPath,
            Platform = description.Platform,
            SourceKind = description.SourceKind,
            FileId = description.FileId,
            FolderId = description.FolderId,
            BytesDone = stored.BytesDone,
            BytesTotal = stored.BytesTotal,
            Begun = stored.Begun,
            ObjectKey = stored.ObjectKey,
            PartialFile = stored.PartialFile,
        };
    }

    private UnfinishedTransfer Describe(UnfinishedUpload upload) => new(IdOf(upload), UnfinishedState.Orphaned)
    {
        Direction = TransferDirection.Upload,
        Name = NameOf(upload.Key),
        Platform = _client.Platform.AbsoluteUri,
        Begun = upload.Begun,
        ObjectKey = upload.Key,
    };

    /// <summary>The name of the file without folder and suffix, when the key is one that a client of the platform made.</summary>
    private static string NameOf(string key)
    {
        var name = key[(key.LastIndexOf('/') + 1)..];
        var stem = name.Length - ObjectNaming.SuffixLength - 1;
        return stem > 0 && name[stem] == '-' ? name[..stem] : name;
    }

    private static string IdOf(UnfinishedUpload upload) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{upload.Key}\0{upload.Id}")).AsSpan(0, IdBytes)).ToLowerInvariant();

    private void RequireThisPlatform(StoredTransfer stored)
    {
        if (stored.Description!.Platform != _client.Platform.AbsoluteUri)
            throw NotResumable(stored.Id, $"it belongs to {stored.Description.Platform}", "Connect to that platform first.");
    }

    /// <summary>Uploads go to the default storage of one user; elsewhere nothing of this one is to be looked for, continued or deleted.</summary>
    private async Task<UserProfile> RequireThisStorageAsync(StoredTransfer stored, CancellationToken cancellationToken)
    {
        var (began, user) = (stored.Description!, await _user.GetAsync(cancellationToken).ConfigureAwait(false));
        if (began.Account is { } account && account != user.Email)
            throw NotResumable(stored.Id, $"it belongs to the user '{account}', and you are connected as '{user.Email}'", "Connect as that user.");
        var (storage, container) = (user.DefaultStorage.Id, user.DefaultStorage.ConnectionSettings?.Container);
        if (began.Account is not null && (began.StorageId != storage || began.Container != container))
        {
            throw NotResumable(
                stored.Id, $"it went to the storage '{began.StorageId}/{began.Container}', and your files now go to '{storage}/{container}'",
                "Ask for the former storage back, or send the file anew.");
        }

        if (!stored.ObjectKey!.StartsWith(ObjectNaming.KeyPrefix(user.DefaultStorage), StringComparison.Ordinal))
            throw NotResumable(stored.Id, "your files now go to another place in the storage", "Ask for the former storage back, or send the file anew.");
        return user;
    }

    /// <summary>Otherwise it would begin anew beside what the checkpoint stands for.</summary>
    private static void RequireSame(StoredTransfer stored, ResumeIdentity? now, string why)
    {
        if (now is null || CheckpointFolder.IdOf(stored.Direction, now.LocalPath, now.RemoteId) != stored.Id)
            throw NotResumable(stored.Id, why, "Remove it, and begin anew.");
    }

    private static RescaleException NotFound(string id) => new(
        ErrorIds.TransferNotFound, ErrorKind.NotFound, $"There is no unfinished transfer '{id}'.", "List them with Get-RescaleTransfer.");

    private static RescaleException NotOfThisMachine(string id) => new(
        ErrorIds.TransferNotFound, ErrorKind.NotFound, $"This machine has no unfinished transfer '{id}' to continue.",
        "List them with Get-RescaleTransfer. An Orphaned one was begun elsewhere: it can only be removed, and the file be sent anew.");

    private static RescaleException NotResumable(string id, string why, string action) => new(
        ErrorIds.TransferNotResumable, ErrorKind.State, $"The transfer '{id}' cannot be continued: {why}.", action);
}
