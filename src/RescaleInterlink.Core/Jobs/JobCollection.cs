using System.Runtime.CompilerServices;
using System.Threading.Channels;
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

/// <summary>An output that was received, or was not.</summary>
/// <param name="Target">Its path beneath the work folder, or its id when it can have no local name.</param>
public sealed record CollectedOutput(string Target, FileToReceive? File, ReceivedFile? Received, RescaleException? Error);

/// <summary>Collects the outputs of jobs by the rules that hold for folders. One for each command. Thread-safe.</summary>
public sealed class JobCollection
{
    /// <summary>Files handed to the engine at once. The engine bounds the work itself; this bounds what waits for it.</summary>
    private const int FilesAtOnce = 64;

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

    /// <summary>Goes through the plan and receives all of it; yields each file as it is done, and each that could not be received.</summary>
    /// <param name="optionsOf">How a file is downloaded. Called from any thread.</param>
    /// <inheritdoc cref="PlanAsync"/>
    public async IAsyncEnumerable<CollectedOutput> CollectAsync(
        TransferEngine engine, string jobId, string destination, Func<FileToReceive, DownloadOptions> optionsOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var done = Channel.CreateUnbounded<CollectedOutput>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var plan = PlanAsync(jobId, destination, static _ => Task.FromResult(ChangePermission.Granted), stop.Token);
        var options = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop.Token };
        var receiving = Parallel.ForEachAsync(plan, options, async (step, token) =>
        {
            if (await TakeAsync(engine, step, optionsOf, token).ConfigureAwait(false) is { } output)
                done.Writer.TryWrite(output);
        }).ContinueWith(
            work => done.Writer.Complete(work.IsCanceled ? new OperationCanceledException() : work.Exception?.InnerException),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var output in done.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return output;
        }
        finally
        {
            // Also when the caller has seen enough: no download goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(false);
        }
    }

    private async Task<CollectedOutput?> TakeAsync(TransferEngine engine, FolderStep step, Func<FileToReceive, DownloadOptions> optionsOf, CancellationToken cancellationToken)
    {
        if (step is FolderStep.Failed failed)
            return new CollectedOutput(failed.Target, null, null, failed.Error);
        if (step is not FileToReceive file)
            return null;
        try
        {
            return new CollectedOutput(file.RelativePath, file, await ReceiveAsync(engine, file, optionsOf(file), cancellationToken).ConfigureAwait(false), null);
        }
        catch (RescaleException e)
        {
            return new CollectedOutput(file.RelativePath, file, null, e);
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
