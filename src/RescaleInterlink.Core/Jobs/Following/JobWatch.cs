using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs.Following;

/// <summary>
/// Follows jobs and receives their outputs as they appear, each once in each of its versions, until every job has ended and its outputs are
/// there. One loop asks for the statuses of all; each job's outputs are listed once in an interval. One for each command. Thread-safe.
/// </summary>
public sealed class JobWatch
{
    /// <summary>Listings of outputs at once, over all jobs.</summary>
    private const int ListingsAtOnce = 4;

    /// <summary>Files handed to the engine at once, over all jobs.</summary>
    private const int FilesAtOnce = 64;

    /// <summary>Steps that wait for whoever reads.</summary>
    private const int MostWaiting = 1000;

    private readonly Channel<string> _ids = Channel.CreateUnbounded<string>();
    private readonly Channel<WatchedJob> _added = Channel.CreateUnbounded<WatchedJob>();
    private readonly Channel<JobWatchStep> _steps = Channel.CreateBounded<JobWatchStep>(MostWaiting);
    private readonly ConcurrentDictionary<string, WatchedJob> _jobs = new(StringComparer.Ordinal);
    private readonly WatchTools _tools;
    private JobFollowState? _state;

    internal JobWatch(RescaleClient client, FileLibrary library, TimeProvider time, string stateFolder, TransferEngine engine, JobWatchOptions options)
        => _tools = new WatchTools(
            client.Jobs, library, engine, time, stateFolder, options,
            new FolderDownload(client, library, new FolderDownloadOptions { Conflict = options.Conflict, ComparisonsAtOnce = options.ComparisonsAtOnce }),
            _steps.Writer, new SemaphoreSlim(ListingsAtOnce), new SemaphoreSlim(FilesAtOnce), new SemaphoreSlim(options.ComparisonsAtOnce));

    /// <summary>Newest statuses, as of the last round; null before the first.</summary>
    public JobFollowState? State => Volatile.Read(ref _state);

    /// <summary>Adds a job, also while others are watched; the same one counts once.</summary>
    /// <param name="folder">Full path of the local folder that gets the outputs; it is made when something goes into it.</param>
    public void Add(string jobId, string folder)
    {
        var job = new WatchedJob(_tools, jobId, Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        if (!_jobs.TryAdd(jobId, job))
            return;
        _added.Writer.TryWrite(job);
        _ids.Writer.TryWrite(jobId);
    }

    /// <summary>No more jobs come.</summary>
    public void Complete()
    {
        _ids.Writer.TryComplete();
        _added.Writer.TryComplete();
    }

    /// <summary>Runs once, until <see cref="Complete"/> was called and all jobs have ended. What goes wrong is a step.</summary>
    public async IAsyncEnumerable<JobWatchStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = CompleteAsync(RunAllAsync(stop.Token));
        try
        {
            await foreach (var step in _steps.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return step;
        }
        finally
        {
            // Also when the caller has seen enough: nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }
    }

    private async Task RunAllAsync(CancellationToken cancellationToken)
    {
        var (endings, lost) = (Channel.CreateUnbounded<JobEnding>(), 0);
        var watcher = new JobWatcher(_tools.Jobs, _tools.Time, _tools.Options.Interval, timeout: null, new Latest(this))
        {
            LongestAbsence = _tools.Options.LongestAbsence,
            OnStatus = (id, status) => _jobs[id].Note(status),
            // Once: whoever watches for days need not read it each time.
            OnLost = failure => _tools.Tell(new JobWatchStep.Notice("", $"The platform cannot be asked now: {failure.Message} The watch waits for it for up to {_tools.Options.LongestAbsence.TotalMinutes:0.#} minutes.", IsWarning: lost++ == 0)),
        };
        // A failure that nobody has thought of ends them all.
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var statuses = watcher.RunAsync(_ids.Reader, endings.Writer, all.Token);
        var outputs = RunJobsAsync(watcher.Forget, all);
        try
        {
            await foreach (var ending in endings.Reader.ReadAllAsync(all.Token).ConfigureAwait(false))
                _jobs[ending.JobId].End(ending);
            await outputs.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await outputs.ConfigureAwait(false);
            throw;
        }
        finally
        {
            await all.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(statuses, outputs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunJobsAsync(Action<string> forget, CancellationTokenSource all)
    {
        var jobs = new List<Task>();
        await foreach (var job in _added.Reader.ReadAllAsync(all.Token).ConfigureAwait(false))
            jobs.Add(RunJobAsync(job));
        await Task.WhenAll(jobs).ConfigureAwait(false);

        async Task RunJobAsync(WatchedJob job)
        {
            try
            {
                await job.RunAsync(all.Token).ConfigureAwait(false);
                forget(job.Id);
            }
            catch
            {
                await all.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task CompleteAsync(Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var lane in new[] { _tools.Listings, _tools.Downloads, _tools.Comparisons })
            lane.Dispose();
        _steps.Writer.TryComplete(work.IsCanceled ? new OperationCanceledException() : work.Exception?.InnerException);
    }

    private sealed class Latest(JobWatch watch) : IProgress<JobFollowState>
    {
        public void Report(JobFollowState value) => Volatile.Write(ref watch._state, value);
    }
}

/// <summary>What all jobs of a watch share.</summary>
internal sealed record WatchTools(
    JobsClient Jobs, FileLibrary Library, TransferEngine Engine, TimeProvider Time, string StateFolder, JobWatchOptions Options, FolderDownload Download, ChannelWriter<JobWatchStep> Steps, SemaphoreSlim Listings,
    SemaphoreSlim Downloads, SemaphoreSlim Comparisons)
{
    /// <summary>Steps are few but for files, which wait for their reader.</summary>
    public ValueTask TellAsync(JobWatchStep step, CancellationToken cancellationToken) => Steps.WriteAsync(step, cancellationToken);

    /// <summary>From where nothing can be waited for: what does not fit any more is left out.</summary>
    public void Tell(JobWatchStep step) => Steps.TryWrite(step);
}
