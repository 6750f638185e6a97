using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library.Folders;

public sealed record ArchiveUploadOptions
{
    public ArchiveOptions Archive { get; init; } = ArchiveOptions.Everything;

    /// <summary>Name of the file on the platform, for one folder only; null: as <see cref="ArchiveName"/> makes it.</summary>
    public string? Name { get; init; }

    /// <summary>What becomes of a folder whose archive has a name that is taken: <c>Skip</c> or <c>Error</c>. Null does not look; the platform allows equal names.</summary>
    public FolderConflict? Conflict { get; init; }
}

/// <summary>A folder that is to be sent as one file.</summary>
/// <param name="FolderId">Of the folder on the platform that gets it.</param>
/// <param name="Existing">A file of that name, when it was looked for.</param>
public sealed record ArchiveToSend(FolderArchive Archive, string Name, string FolderId, PlatformFile? Existing);

/// <summary>Sends folders as one archive each, which is made while it travels. One for each command. Not thread-safe, but for <see cref="SendAsync"/>.</summary>
public sealed class ArchiveUpload : IAsyncDisposable
{
    private readonly FileLibrary _library;
    private readonly ArchiveUploadOptions _options;
    private readonly FolderNames _names;
    private bool _nameIsUsed;

    /// <exception cref="RescaleException">PatternInvalid, UnsafeFileName, TransferOptionInvalid: nothing is sent.</exception>
    internal ArchiveUpload(RescaleClient client, FileLibrary library, ArchiveUploadOptions options, CancellationToken cancellationToken)
    {
        options.Archive.Require();
        if (options.Name is not null)
            SafeFileName.RequirePlain(options.Name);
        if (options.Conflict is { } conflict and not (FolderConflict.Skip or FolderConflict.Error))
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, $"-Conflict {conflict} is about the files of a folder, and an archive is one file.",
                "Give Skip or Error, or leave it out: then the archive is sent whatever is there.");
        _library = library;
        _options = options;
        _names = new FolderNames(client.Folders, cancellationToken);
    }

    /// <summary>Lists the folder, and looks where it would go. Nothing is sent.</summary>
    /// <param name="parent">Path or id of the folder on the platform that gets it; null for the user's library.</param>
    /// <exception cref="RescaleException">SourceNotFound, SourceIsFile, SourceUnreadable, ArchiveNameTaken, JobSpecInvalid for the root of a file system, FolderNotFound,
    /// TransferOptionInvalid for a second folder of one name; FileAlreadyExists as <see cref="ArchiveUploadOptions.Conflict"/> says.</exception>
    public async Task<ArchiveToSend> PlanAsync(string localFolder, string? parent, CancellationToken cancellationToken)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(localFolder));
        if (File.Exists(folder))
            throw new RescaleException(ErrorIds.SourceIsFile, ErrorKind.InvalidInput, $"'{folder}' is a file, not a folder.", "Send it with Send-RescaleFile.");
        if (!Directory.Exists(folder))
            throw LocalFileErrors.SourceNotFound(folder);
        if (_options.Name is not null && _nameIsUsed)
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, $"'{folder}' was not sent: -Name is the name of one archive, and another folder has it.",
                "Leave -Name out, or send the folders one by one.");
        _nameIsUsed = true;
        var archive = await FolderArchive.CreateAsync(folder, _options.Archive, cancellationToken).ConfigureAwait(false);
        var name = _options.Name ?? archive.Name;
        var place = parent is null
            ? await _library.ResolveFolderAsync(null, cancellationToken).ConfigureAwait(false)
            : await _library.Listing.Paths.UseAsync(parent, RequireAsync, cancellationToken).ConfigureAwait(false);
        var existing = _options.Conflict is null ? null : await _names.FindAsync(place, name).ConfigureAwait(false);
        if (existing is not null && _options.Conflict == FolderConflict.Error)
            throw new RescaleException(ErrorIds.FileAlreadyExists, ErrorKind.AlreadyExists, $"The folder already has a file '{name}' ({existing.Id}); '{folder}' was not sent.",
                "Send it to another folder, give it another -Name, or use -Conflict Skip.");
        return new ArchiveToSend(archive, name, place, existing);
    }

    /// <summary>Sends the archive, unless a file has its place.</summary>
    /// <exception cref="RescaleException">SourceChanged, SourceUnreadable, and what engine and platform report.</exception>
    public async Task<SentFile> SendAsync(TransferEngine engine, ArchiveToSend step, UploadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Existing is { } existing)
            return new SentFile(FileOutcome.Skipped, existing.Id, step.Name, existing.DecryptedSize, null, null);
        var sent = await _library.UploadAsync(engine, step.Archive.Bytes, step.Name, step.FolderId, options, cancellationToken).ConfigureAwait(false);
        return new SentFile(FileOutcome.Transferred, sent.Id, step.Name, sent.Length, sent.Sha512, sent);
    }

    public ValueTask DisposeAsync() => _names.DisposeAsync();

    private async Task<string> RequireAsync(Listing.FolderPlace place)
    {
        await _names.RequireAsync(place.Id, namesFollow: _options.Conflict is not null).ConfigureAwait(false);
        return place.Id;
    }
}
