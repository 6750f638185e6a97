using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs;

public sealed record JobCollectionOptions
{
    public OutputFilter Filter { get; init; } = OutputFilter.Everything;
    public FolderConflict Conflict { get; init; }

    /// <summary>Most local files that are read at once to compare them; 1 or more.</summary>
    public int ComparisonsAtOnce { get; init; } = 5;
}

/// <summary>Collects the outputs of jobs by the rules that hold for folders. One for each command. Thread-safe.</summary>
public sealed class JobCollection
{
    private readonly RescaleClient _client;
    private readonly FileLibrary _library;
    private readonly JobCollectionOptions _options;
    private readonly FolderDownload _download;
    private readonly ClaimedPaths _claimed = new();

    internal JobCollection(RescaleClient client, FileLibrary library, JobCollectionOptions options)
    {
        (_client, _library, _options) = (client, library, options);
        _download = new FolderDownload(client, library, new FolderDownloadOptions { Conflict = options.Conflict, ComparisonsAtOnce = options.ComparisonsAtOnce });
    }

    /// <summary>
    /// Lists the outputs, gives each its local name, and makes the folders that those which pass the filter need. The names depend on the whole
    /// listing and not on the filter, so that a later run finds its files again.
    /// </summary>
    /// <param name="destination">Full path of the local folder that gets the outputs; it is made when something goes into it.</param>
    /// <param name="permit">Asked before a local folder is made, with its full path.</param>
    /// <exception cref="RescaleException">JobNotFound, DestinationExists, or the failure of the listing: nothing is received.</exception>
    public async IAsyncEnumerable<FolderStep> PlanAsync(
        string jobId, string destination, Func<string, Task<ChangePermission>> permit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var top = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        Require(top);
        var names = await JobOutputs.AssignAsync(_client.Jobs, jobId, top, cancellationToken).ConfigureAwait(false);
        var wanted = names.Where(name => _options.Filter.Matches(name.File.RelativePath, name.File.Name)).ToArray();
        await _library.AnnounceAsync([.. wanted.Where(static name => name.Path is not null).Select(static name => name.File)], cancellationToken).ConfigureAwait(false);
        var folders = new OutputPlaces(top, names, permit);
        foreach (var name in wanted)
        {
            foreach (var step in await StepsAsync(name, folders).ConfigureAwait(false))
                yield return step;
        }
    }

    /// <inheritdoc cref="FolderDownload.ReceiveAsync"/>
    public Task<ReceivedFile> ReceiveAsync(TransferEngine engine, FileToReceive step, DownloadOptions options, CancellationToken cancellationToken)
        => _download.ReceiveAsync(engine, step, options, cancellationToken);

    private void Require(string top)
    {
        if (!_claimed.TryClaim(top))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"Another job of this command is already received into '{top}'.", "Receive them into different folders.");
        if (File.Exists(top))
            throw LocalPlace.InTheWay(top);
        if (_options.Conflict == FolderConflict.Error && Directory.Exists(top))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{top}' already exists.", "Choose with -Conflict what becomes of it: Merge, Skip, Overwrite or Rename.");
    }

    private async Task<IReadOnlyList<FolderStep>> StepsAsync(LocalName name, OutputPlaces folders)
    {
        if (name.Path is null)
            return [new FolderStep.Failed(name.File.Id, name.Error!)];
        try
        {
            var (permission, made) = await folders.EnsureAsync(Path.GetDirectoryName(name.Path)!).ConfigureAwait(false);
            if (permission == ChangePermission.Declined)
                return made;
            var relativePath = OutputFilter.Normalise(string.IsNullOrEmpty(name.File.RelativePath) ? name.File.Name : name.File.RelativePath);
            return [.. made, new FileToReceive(name.File, null, relativePath, name.Path, permission == ChangePermission.PlanOnly, _options.Conflict, folders.NamesIn(Path.GetDirectoryName(name.Path)!))];
        }
        catch (RescaleException e)
        {
            return [new FolderStep.Failed(name.File.Id, e)];
        }
    }
}
