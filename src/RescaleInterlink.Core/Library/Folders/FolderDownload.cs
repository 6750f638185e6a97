using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library.Folders;

public sealed record FolderDownloadOptions
{
    public TreeFilter Filter { get; init; } = TreeFilter.Everything;
    public FolderConflict Conflict { get; init; }

    /// <summary>Most local files that are read at once to compare them; 1 or more.</summary>
    public int ComparisonsAtOnce { get; init; } = 5;
}

/// <summary>Receives folders with all that is in them. One for each command. Thread-safe.</summary>
public sealed class FolderDownload
{
    private readonly RescaleClient _client;
    private readonly FileLibrary _library;
    private readonly FolderDownloadOptions _options;
    private readonly ClaimedPaths _claimed = new();
    private readonly SemaphoreSlim _comparisons;

    internal FolderDownload(RescaleClient client, FileLibrary library, FolderDownloadOptions options)
        => (_client, _library, _options, _comparisons) = (client, library, options, new SemaphoreSlim(options.ComparisonsAtOnce));

    /// <summary>
    /// Lists the folder and those in it, makes the local ones, and tells each file as its folder has been listed. The listing runs some way ahead
    /// of whoever reads the steps, and no further.
    /// </summary>
    /// <param name="folder">Path or id of the folder on the platform.</param>
    /// <param name="destination">Full path of the local folder that becomes what the platform's folder is; it is made when missing.</param>
    /// <param name="permit">Asked before a local folder is made, with its relative path; from any thread.</param>
    /// <exception cref="RescaleException">FolderNotFound, DestinationExists, DestinationInvalid: nothing is received.</exception>
    public IAsyncEnumerable<FolderStep> PlanAsync(string folder, string destination, Func<string, Task<ChangePermission>> permit, CancellationToken cancellationToken)
    {
        var top = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        // A folder that is looked for a second time has its destination from the first.
        var isClaimed = false;
        return _library.Listing.Paths.ListAsync(
            folder,
            place => new DownloadPlan(_client.Folders, _options, permit, _library.AnnounceAsync, path => isClaimed || (isClaimed = _claimed.TryClaim(path))).RunAsync(place.Id, top, cancellationToken),
            cancellationToken);
    }

    /// <summary>Receives one file of a plan, or finds that it need not travel.</summary>
    /// <param name="options">Whether something is replaced is decided by the plan's conflict mode.</param>
    /// <exception cref="RescaleException">DestinationExists, and what engine and platform report.</exception>
    public async Task<ReceivedFile> ReceiveAsync(TransferEngine engine, FileToReceive step, DownloadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Overwrite = false };
        var path = step.LocalPath;
        if (!Path.Exists(path))
        {
            try
            {
                return await DownloadAsync(engine, step, path, options, cancellationToken).ConfigureAwait(false);
            }
            catch (RescaleException e) when (e.ErrorId == ErrorIds.DestinationExists && Path.Exists(path))
            {
                // Somebody else has put it there meanwhile, perhaps the same command in another window: it counts as found.
            }
        }

        if (Directory.Exists(path) && step.Conflict != FolderConflict.Rename)
            throw AlreadyThere(path, "is a folder");
        if (step.Conflict == FolderConflict.Skip)
            return new ReceivedFile(FileOutcome.Skipped, path, LocalLength.Of(path), null, null);
        if (step.Conflict == FolderConflict.Error)
            throw AlreadyThere(path, "already exists");
        if (await IsSameAsync(step, path, cancellationToken).ConfigureAwait(false))
            return Identical(step, path);
        return step.Conflict switch
        {
            FolderConflict.Overwrite => await DownloadAsync(engine, step, path, options with { Overwrite = true }, cancellationToken).ConfigureAwait(false),
            FolderConflict.Rename => await ReceiveRenamedAsync(engine, step, options, cancellationToken).ConfigureAwait(false),
            _ => throw AlreadyThere(path, "already exists, with other content"),
        };
    }

    private async Task<ReceivedFile> DownloadAsync(TransferEngine engine, FileToReceive step, string path, DownloadOptions options, CancellationToken cancellationToken)
    {
        var result = await _library.DownloadAsync(engine, step.File, path, options, cancellationToken).ConfigureAwait(false);
        return new ReceivedFile(FileOutcome.Transferred, result.Destination, result.Length, result.Sha512, result);
    }

    private async Task<ReceivedFile> ReceiveRenamedAsync(TransferEngine engine, FileToReceive step, DownloadOptions options, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(step.LocalPath)!;
        for (var number = NumberedName.First; ; number++)
        {
            var name = NumberedName.OfFile(Path.GetFileName(step.LocalPath), number);
            // That name belongs to another entry of this folder.
            if (step.Siblings.Contains(name))
                continue;
            var path = Path.Combine(folder, name);
            if (!Path.Exists(path))
                return await DownloadAsync(engine, step, path, options, cancellationToken).ConfigureAwait(false);
            if (await IsSameAsync(step, path, cancellationToken).ConfigureAwait(false))
                return Identical(step, path);
        }
    }

    private async Task<bool> IsSameAsync(FileToReceive step, string path, CancellationToken cancellationToken)
        => File.Exists(path) && await new ComparedFile(path, LocalLength.Of(path), _comparisons).IsAsync(step.File.DecryptedSize, FileSecrets.Sha512(step.File), cancellationToken).ConfigureAwait(false);

    private static ReceivedFile Identical(FileToReceive step, string path)
        => new(FileOutcome.Identical, path, step.File.DecryptedSize!.Value, FileSecrets.Sha512(step.File), null);

    private static RescaleException AlreadyThere(string path, string how) => new(
        ErrorIds.DestinationExists,
        ErrorKind.AlreadyExists,
        $"'{path}' {how}.",
        "Choose with -Conflict: Overwrite replaces a file, Rename keeps both, Skip leaves it.");
}
