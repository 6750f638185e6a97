using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Jobs.Following;

/// <summary>
/// The log of a job: its statuses, and the files its command writes. While a run is under way they are read where they grow; once the job has
/// ended they are outputs, received and verified as any other. Thread-safe.
/// </summary>
public sealed class JobLog
{
    /// <summary>Lines that wait for whoever reads: enough to keep him busy, and no more of a large log in memory.</summary>
    private const int MostWaiting = 1000;

    private readonly JobsClient _jobs;
    private readonly FileLibrary _library;
    private readonly TimeProvider _time;

    internal JobLog(JobsClient jobs, FileLibrary library, TimeProvider time) => (_jobs, _library, _time) = (jobs, library, time);

    /// <summary>Statuses in the order of time, and lines as they are read; the status that ends the job comes behind its last line.</summary>
    /// <exception cref="RescaleException">JobNotFound; and what the platform, the storage and the engine report. While a job is followed, five
    /// failures in a row that are not of the network, or a network that is away for too long.</exception>
    public async IAsyncEnumerable<JobLogEntry> ReadAsync(TransferEngine engine, string jobId, JobLogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var entries = Channel.CreateBounded<JobLogEntry>(MostWaiting);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = CompleteAsync(entries.Writer, new Reading(this, engine, jobId, options, entries.Writer).RunAsync(stop.Token));
        try
        {
            await foreach (var entry in entries.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return entry;
        }
        finally
        {
            // Also when the caller has seen enough: nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    private static async Task CompleteAsync(ChannelWriter<JobLogEntry> entries, Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        entries.Complete(work.IsCanceled ? new OperationCanceledException() : work.Exception?.InnerException);
    }

    /// <summary>One job, once.</summary>
    private sealed class Reading(JobLog log, TransferEngine engine, string jobId, JobLogOptions options, ChannelWriter<JobLogEntry> entries)
    {
        private readonly HashSet<JobStatusEntry> _told = [];
        private readonly Dictionary<(string Run, string Name), LiveLog> _live = [];
        private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly HashSet<string> _stored = new(StringComparer.Ordinal);
        private readonly Patience _patience = new(log._time, options.LongestAbsence);
        private bool _isLost;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    if (await RoundAsync(cancellationToken).ConfigureAwait(false) || !options.Follow)
                        return;
                    _patience.Succeeded();
                    _isLost = false;
                }
                catch (RescaleException failure) when (options.Follow && failure.ErrorId != ErrorIds.JobNotFound && !_patience.IsOver(failure))
                {
                    if (Patience.IsOfTheNetwork(failure) && !_isLost)
                        await TellAsync($"The log of the job {jobId} cannot be read now: {failure.Message} It is tried again for {options.LongestAbsence.TotalMinutes:0} minutes.", isWarning: true, cancellationToken).ConfigureAwait(false);
                    _isLost |= Patience.IsOfTheNetwork(failure);
                }

                await Task.Delay(options.PollInterval, log._time, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <returns>True when the job has ended.</returns>
        private async Task<bool> RoundAsync(CancellationToken cancellationToken)
        {
            var history = await log._jobs.GetStatusesAsync(jobId, cancellationToken).ConfigureAwait(false);
            var hasEnded = history.Count > 0 && JobStates.IsTerminal(history[0].Status);
            foreach (var status in history.Skip(hasEnded ? 1 : 0).Reverse())
                await TellAsync(status, cancellationToken).ConfigureAwait(false);
            if (!hasEnded)
            {
                await ReadLiveAsync(cancellationToken).ConfigureAwait(false);
                return false;
            }

            await ReadStoredAsync(cancellationToken).ConfigureAwait(false);
            await TellAsync(history[0], cancellationToken).ConfigureAwait(false);
            return true;
        }

        private async Task ReadLiveAsync(CancellationToken cancellationToken)
        {
            await foreach (var run in log._jobs.ListRunsAsync(jobId, cancellationToken).ConfigureAwait(false))
            {
                if (!run.IsActive)
                    continue;
                foreach (var name in await NamesAsync(run.Id, cancellationToken).ConfigureAwait(false))
                {
                    if (options is { Follow: false, Tail: { } tail })
                        await WriteAsync(name, await log._jobs.GetLastLinesAsync(jobId, run.Id, name, tail, cancellationToken).ConfigureAwait(false) ?? [], cancellationToken).ConfigureAwait(false);
                    else
                        await ReadLiveAsync(Live(run.Id, name), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        private async Task ReadLiveAsync(LiveLog live, CancellationToken cancellationToken)
        {
            var isCut = false;
            await foreach (var line in live.ReadNewAsync(() => isCut = true, cancellationToken).ConfigureAwait(false))
            {
                if (isCut)
                    await TellAsync($"'{live.Name}' was cut or replaced by another file; it is read from its beginning.", isWarning: false, cancellationToken).ConfigureAwait(false);
                isCut = false;
                await WriteAsync(live.Name, line, cancellationToken).ConfigureAwait(false);
            }

            if (!options.Follow && live.Rest() is { } rest)
                await WriteAsync(live.Name, rest, cancellationToken).ConfigureAwait(false);
        }

        private LiveLog Live(string runId, string name)
        {
            if (!_live.TryGetValue((runId, name), out var live))
                _live.Add((runId, name), live = new LiveLog(name, (offset, length, token) => log._jobs.ReadLiveAsync(jobId, runId, name, offset, length, token), options.Tail));
            return live;
        }

        /// <summary>The files of a run are listed only for those that cannot be named.</summary>
        private async Task<IEnumerable<string>> NamesAsync(string runId, CancellationToken cancellationToken)
        {
            _names.UnionWith(options.Names.Select(OutputFilter.Normalise));
            if (options.Matches is { } matches)
            {
                await foreach (var file in log._jobs.ListRunFilesAsync(jobId, runId, cancellationToken).ConfigureAwait(false))
                {
                    if (PathOf(file.RelativePath, file.Name) is var path && matches(path))
                        _names.Add(path);
                }
            }

            return _names;
        }

        private async Task ReadStoredAsync(CancellationToken cancellationToken)
        {
            await foreach (var file in log._jobs.ListFilesAsync(jobId, cancellationToken).ConfigureAwait(false))
            {
                var path = PathOf(file.RelativePath, file.Name);
                if (!_stored.Contains(file.Id) && IsWanted(path, file.Name))
                {
                    await ReadStoredAsync(file, path, cancellationToken).ConfigureAwait(false);
                    _stored.Add(file.Id);
                }
            }
        }

        private async Task ReadStoredAsync(PlatformFile output, string name, CancellationToken cancellationToken)
        {
            var folder = MakeFolder();
            try
            {
                var path = Path.Combine(folder, "log");
                await log._library.DownloadAsync(engine, output, path, new DownloadOptions { NoResume = true }, cancellationToken).ConfigureAwait(false);
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
                var live = await FindLiveAsync(file, name, cancellationToken).ConfigureAwait(false);
                // A log that was begun and is another now is not cut again to its last lines.
                var tail = _live.Values.Any(begun => begun.IsBegun && begun.Name == name) ? null : options.Tail;
                await foreach (var line in (live is null ? StoredLog.ReadAsync(file, tail, cancellationToken) : StoredLog.ContinueAsync(file, live, cancellationToken)).ConfigureAwait(false))
                    await WriteAsync(name, line, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Remove(folder);
            }
        }

        /// <summary>For one log, readable by this user only.</summary>
        private static string MakeFolder()
        {
            try
            {
                return Directory.CreateTempSubdirectory("rescale-log-").FullName;
            }
            catch (Exception e) when (LocalFileErrors.FromWriting(e, Path.GetTempPath(), 0, static () => null) is { } failure)
            {
                throw failure;
            }
        }

        private static void Remove(string folder)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The system clears its temporary files itself.
            }
        }

        private async Task<LiveLog?> FindLiveAsync(FileStream file, string name, CancellationToken cancellationToken)
        {
            foreach (var live in _live.Values.Where(live => live.Name == name))
            {
                if (await StoredLog.IsContinuationAsync(file, live, cancellationToken).ConfigureAwait(false))
                    return live;
            }

            return null;
        }

        private bool IsWanted(string path, string name)
            => options.Names.Any(wanted => OutputFilter.Normalise(wanted) is var normal && (normal == path || normal == name)) || options.Matches?.Invoke(path) == true;

        private static string PathOf(string? relativePath, string name) => OutputFilter.Normalise(string.IsNullOrEmpty(relativePath) ? name : relativePath);

        private async Task WriteAsync(string name, IReadOnlyList<string> lines, CancellationToken cancellationToken)
        {
            foreach (var line in lines)
                await WriteAsync(name, line, cancellationToken).ConfigureAwait(false);
        }

        private ValueTask WriteAsync(string name, string line, CancellationToken cancellationToken)
        {
            var number = _numbers[name] = _numbers.GetValueOrDefault(name) + 1;
            return entries.WriteAsync(new JobLogEntry.Line(name, number, line), cancellationToken);
        }

        private ValueTask TellAsync(JobStatusEntry status, CancellationToken cancellationToken)
            => options.WithStatuses && _told.Add(status) ? entries.WriteAsync(new JobLogEntry.StatusChange(status), cancellationToken) : ValueTask.CompletedTask;

        private ValueTask TellAsync(string text, bool isWarning, CancellationToken cancellationToken) => entries.WriteAsync(new JobLogEntry.Notice(text, isWarning), cancellationToken);
    }
}
