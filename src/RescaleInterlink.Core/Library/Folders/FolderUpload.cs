using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library.Folders;

public sealed record FolderUploadOptions
{
    public TreeFilter Filter { get; init; } = TreeFilter.Everything;

    /// <summary>Also files and folders whose name begins with a dot, and on Windows those with the attribute Hidden.</summary>
    public bool IncludeHidden { get; init; }

    public SymbolicLinkPolicy SymbolicLinks { get; init; }
    public FolderConflict Conflict { get; init; }

    /// <summary>Most local files that are read at once to compare them; 1 or more.</summary>
    public int ComparisonsAtOnce { get; init; } = 5;
}

/// <summary>Sends folders with all that is in them. One for each command. Thread-safe.</summary>
public sealed class FolderUpload
{
    private readonly RescaleClient _client;
    private readonly FileLibrary _library;
    private readonly FolderUploadOptions _options;
    private readonly HashSet<(string ParentId, string Name)> _claimed = [];
    private readonly SemaphoreSlim _comparisons;

    internal FolderUpload(RescaleClient client, FileLibrary library, FolderUploadOptions options)
        => (_client, _library, _options, _comparisons) = (client, library, options, new SemaphoreSlim(options.ComparisonsAtOnce));

    /// <summary>
    /// Walks the folder, finds or makes its folders on the platform, and tells each file as it is met. The walk and the making of folders
    /// run some way ahead of whoever reads the steps, and no further.
    /// </summary>
    /// <param name="parent">Path or id of the folder on the platform that gets it; null for the user's library.</param>
    /// <param name="permit">Asked before a folder is made, with its relative path; from any thread.</param>
    /// <exception cref="RescaleException">SourceNotFound, SourceIsFile, FolderNotFound, FolderAlreadyExists, UnsafeFileName: nothing is sent.</exception>
    public IAsyncEnumerable<FolderStep> PlanAsync(string localFolder, string? parent, Func<string, Task<ChangePermission>> permit, CancellationToken cancellationToken)
        => _library.Listing.Paths.ListAsync(
            parent,
            place => new UploadPlan(_client.Folders, _options, permit, place.Id, Claim).RunAsync(localFolder, cancellationToken),
            cancellationToken);

    /// <summary>Sends one file of a plan, or finds that it need not travel.</summary>
    /// <exception cref="RescaleException">FileAlreadyExists, and what engine and platform report.</exception>
    public async Task<SentFile> SendAsync(TransferEngine engine, FileToSend step, UploadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(step);
        if (step.Existing is not { } existing)
            return await UploadAsync(engine, step, step.Name, options, cancellationToken).ConfigureAwait(false);
        if (step.Conflict == FolderConflict.Skip)
            return new SentFile(FileOutcome.Skipped, existing.Id, step.Name, existing.Length, existing.Sha512, null);
        if (step.Conflict == FolderConflict.Error)
            throw AlreadyThere(step, "");
        var local = new ComparedFile(step.LocalPath, step.Length, _comparisons);
        var same = await FindSameAsync(local, existing, cancellationToken).ConfigureAwait(false);
        if (step.Conflict == FolderConflict.Overwrite)
            return await ReplaceAsync(engine, step, same, options, cancellationToken).ConfigureAwait(false);
        if (same is not null)
            return Identical(same, step.Name);
        return step.Conflict == FolderConflict.Rename
            ? await SendRenamedAsync(engine, step, local, options, cancellationToken).ConfigureAwait(false)
            : throw AlreadyThere(step, ", with other content");
    }

    private bool Claim(string parentId, string name)
    {
        lock (_claimed)
            return _claimed.Add((parentId, name));
    }

    private async Task<SentFile> UploadAsync(TransferEngine engine, FileToSend step, string name, UploadOptions options, CancellationToken cancellationToken)
    {
        using var source = new LocalFileSource(step.LocalPath);
        var uploaded = await _library.UploadAsync(engine, source, name, step.FolderId, options, cancellationToken).ConfigureAwait(false);
        return new SentFile(FileOutcome.Transferred, uploaded.Id, name, uploaded.Length, uploaded.Sha512, uploaded);
    }

    /// <summary>Afterwards one file has this name: the new one, or the one that was the same. An interrupted replacement is so completed, too.</summary>
    private async Task<SentFile> ReplaceAsync(TransferEngine engine, FileToSend step, ExistingFile? same, UploadOptions options, CancellationToken cancellationToken)
    {
        var sent = same is null ? await UploadAsync(engine, step, step.Name, options, cancellationToken).ConfigureAwait(false) : Identical(same, step.Name);
        var old = new List<string>();
        for (var file = step.Existing; file is not null; file = file.SameName)
        {
            if (file.Id != sent.Id)
                old.Add(file.Id);
        }

        if (old.Count > 0)
            await TrashAsync(step, sent, old, cancellationToken).ConfigureAwait(false);
        return sent;
    }

    private async Task TrashAsync(FileToSend step, SentFile sent, List<string> ids, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Folders.TrashAsync(step.FolderId!, ids, [], cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e)
        {
            // The answer to a first attempt may have been lost, or somebody else was faster.
            if (e.StatusCode == 400 && await AreGoneAsync(step.FolderId!, ids, cancellationToken).ConfigureAwait(false))
                return;
            throw new RescaleException(
                e.ErrorId,
                e.Kind,
                $"'{step.RelativePath}' is on the platform ({sent.Id}), but what it replaces could not be moved to the Trash: {e.Message}",
                "Run the same command again, or remove the older file by hand.",
                e)
            {
                Behavior = e.Behavior,
                RetryAfter = e.RetryAfter,
                StatusCode = e.StatusCode,
            };
        }
    }

    private async Task<bool> AreGoneAsync(string folderId, List<string> ids, CancellationToken cancellationToken)
    {
        await foreach (var entry in _client.Folders.ListContentsAsync(folderId, cancellationToken).ConfigureAwait(false))
        {
            if (ids.Contains(entry.Item.Id))
                return false;
        }

        return true;
    }

    private async Task<SentFile> SendRenamedAsync(TransferEngine engine, FileToSend step, ComparedFile local, UploadOptions options, CancellationToken cancellationToken)
    {
        for (var number = NumberedName.First; ; number++)
        {
            var name = NumberedName.OfFile(step.Name, number);
            // That name belongs to another file of this folder.
            if (Path.Exists(Path.Combine(Path.GetDirectoryName(step.LocalPath)!, name)))
                continue;
            if (!step.Folder.Files.TryGetValue(name, out var other))
                return await UploadAsync(engine, step, name, options, cancellationToken).ConfigureAwait(false);
            if (await FindSameAsync(local, other, cancellationToken).ConfigureAwait(false) is { } same)
                return Identical(same, name);
        }
    }

    private static async Task<ExistingFile?> FindSameAsync(ComparedFile local, ExistingFile? existing, CancellationToken cancellationToken)
    {
        for (; existing is not null; existing = existing.SameName)
        {
            if (await local.IsAsync(existing.Length, existing.Sha512, cancellationToken).ConfigureAwait(false))
                return existing;
        }

        return null;
    }

    private static SentFile Identical(ExistingFile file, string name)
        => new(FileOutcome.Identical, file.Id, name, file.Length!.Value, file.Sha512, null);

    private static RescaleException AlreadyThere(FileToSend step, string how) => new(
        ErrorIds.FileAlreadyExists,
        ErrorKind.AlreadyExists,
        $"'{step.RelativePath}' is on the platform already{how}.",
        "Choose with -Conflict: Overwrite replaces it, Rename keeps both, Skip leaves it.");
}
