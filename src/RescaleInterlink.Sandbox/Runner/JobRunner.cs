using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>The queue of submitted jobs, first in first out, and the runs under way. Thread-safe.</summary>
internal sealed class JobRunner(Store store, RunSettings settings, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>So many runs are remembered with what was measured of them.</summary>
    private const int MostLoads = 100;

    private readonly Lock _gate = new();
    private readonly LinkedList<string> _queue = [];
    private readonly Dictionary<string, (JobRun Run, Task Ended)> _running = new(StringComparer.Ordinal);
    private readonly LinkedList<(string JobId, LoadMonitor Load)> _loads = [];
    private readonly CancellationTokenSource _shutdown = new();
    private bool _isStarted;

    /// <summary>
    /// Ends what a killed sandbox left behind, and queues its jobs again in the order of their submission. To be called before anyone
    /// can submit: a job that arrived meanwhile would be queued twice, and its folder cleared away beneath it.
    /// </summary>
    public void Recover()
    {
        var active = store.AllJobs().Where(job => job.IsActive).OrderBy(job => job.SubmittedAs).ToList();
        foreach (var job in active.Where(job => job.Status.Status != JobStatuses.Queued))
        {
            if (job.Run?.Process is { } process)
                LeftOverProcesses.End(process);
            store.Change(transaction => transaction.Put(transaction.FindJob(job.Id)!
                .With(JobStatuses.Queued, time.GetUtcNow(), "The sandbox ended while the job was under way; it runs again from the beginning.") with { Run = null }));
        }

        ClearRuns();
        Hosting.PrivateFiles.CreateFolder(settings.Folder);
        lock (_gate)
        {
            foreach (var job in active)
                _queue.AddLast(job.Id);
        }
    }

    /// <summary>From now on jobs run.</summary>
    public void Start()
    {
        lock (_gate)
            _isStarted = true;
        Pump();
    }

    /// <returns>False when it has been submitted before.</returns>
    public bool Submit(string jobId)
    {
        lock (_gate)
        {
            bool submitted = store.Change(transaction =>
            {
                if (transaction.FindJob(jobId) is not { SubmittedAs: null } job)
                    return false;
                transaction.Put(job.With(JobStatuses.Queued, time.GetUtcNow()) with { SubmittedAs = transaction.NextSubmission() });
                return true;
            });
            if (!submitted)
                return false;
            _queue.AddLast(jobId);
        }

        Pump();
        return true;
    }

    /// <summary>Asks a job to end; it is Stopped at once when it still waits, else soon.</summary>
    /// <returns>False when it is neither waiting nor running.</returns>
    public bool Stop(string jobId)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(jobId, out var running))
            {
                running.Run.Stop();
                return true;
            }

            if (!_queue.Remove(jobId))
                return false;
            store.Change(transaction => transaction.Put(transaction.FindJob(jobId)!.With(JobStatuses.Stopped, time.GetUtcNow(), "Stopped by user")));
            return true;
        }
    }

    /// <summary>Completes when no run of the job is under way.</summary>
    public Task WaitForEndAsync(string jobId)
    {
        lock (_gate)
            return _running.TryGetValue(jobId, out var running) ? running.Ended : Task.CompletedTask;
    }

    /// <summary>Outputs so far of a job that executes now; null for any other.</summary>
    public IReadOnlyList<LiveFile>? LiveFiles(string jobId)
    {
        return FindRun(jobId)?.LiveFiles()?.Select(file => new LiveFile(LiveId(jobId, file.RelativePath), file.RelativePath, file.Size)).ToList();
    }

    /// <summary>Opens an output so far of a job that executes now; null for any other job, and when there is no such file.</summary>
    public FileStream? OpenLive(string jobId, string relativePath)
        => FindRun(jobId)?.LiveFiles()?.FirstOrDefault(file => file.RelativePath == relativePath) is { } file ? RegularFile.TryOpen(file.Path) : null;

    /// <inheritdoc cref="JobRun.PublishAsync"/>
    public async Task<bool> PublishAsync(string jobId, CancellationToken cancellationToken)
        => FindRun(jobId) is { } run && await run.PublishAsync(cancellationToken);

    /// <summary>What was measured of a job's processes, oldest first; nothing for a job that has not run, or so long ago that it is forgotten.</summary>
    public IReadOnlyList<LoadMeasurement> Load(string jobId, DateTimeOffset earliest)
    {
        LoadMonitor? load;
        lock (_gate)
            load = _loads.LastOrDefault(entry => entry.JobId == jobId).Load;
        return load?.Since(earliest) ?? [];
    }

    /// <summary>Ends the runs under way; their jobs run again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _shutdown.CancelAsync();
        Task[] ends;
        lock (_gate)
            ends = [.. _running.Values.Select(running => running.Ended)];
        await Task.WhenAll(ends);
        _shutdown.Dispose();
    }

    private JobRun? FindRun(string jobId)
    {
        lock (_gate)
            return _running.TryGetValue(jobId, out var running) ? running.Run : null;
    }

    /// <summary>The same for a file as long as it lives.</summary>
    private static string LiveId(string jobId, string relativePath)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{jobId}/{relativePath}")))[..12];

    private void ClearRuns()
    {
        try
        {
            WorkFolder.Delete(settings.Folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Left-overs cost space; a sandbox that does not start any more would cost all that it holds.
            log.LogWarning("The run folders of an earlier start could not be removed: {Reason}", failure.Message);
        }
    }

    private void Pump()
    {
        lock (_gate)
        {
            while (_isStarted && !_shutdown.IsCancellationRequested && _running.Count < settings.MaxRunningJobs && _queue.First is { } first)
            {
                _queue.RemoveFirst();
                var run = new JobRun(store.FindJob(first.Value)!, store, settings, time, new LoadMonitor(time));
                _loads.AddLast((run.JobId, run.Load));
                if (_loads.Count > MostLoads + _running.Count)
                    _loads.RemoveFirst();
                _running.Add(run.JobId, (run, Task.Run(() => RunAsync(run))));
            }
        }
    }

    private async Task RunAsync(JobRun run)
    {
        try
        {
            await run.ExecuteAsync(_shutdown.Token);
        }
        catch (OperationCanceledException) when (_shutdown.IsCancellationRequested)
        {
            // Its record says where it was; the next start queues it again.
        }
        catch (Exception failure)
        {
            log.LogError(failure, "Job {Id} could not be run", run.JobId);
            store.Change(transaction => transaction.FindJob(run.JobId) is { } job
                ? transaction.Put(job.With(JobStatuses.Completed, time.GetUtcNow(), "A run failed: the sandbox failed; its log tells why"))
                : null);
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(run.JobId);
                run.Dispose();
            }

            Pump();
        }
    }
}
