using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>One job from its place in the queue to its end.</summary>
internal sealed class JobRun(JobRecord job, Store store, RunSettings settings, TimeProvider time, LoadMonitor load) : IDisposable
{
    private const string Success = "Completed successfully";
    private const string StoppedByUser = "Stopped by user";

    /// <summary>Longer than anyone waits, and what a timer can count: 40 days.</summary>
    private static readonly TimeSpan LongestWalltime = TimeSpan.FromDays(40);

    private static readonly TimeSpan FinishAgain = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _collecting = new(1, 1);
    private readonly OutputCollector _collector = new(settings, time);
    private volatile WorkFolder? _executing;

    public string JobId => job.Id;

    public LoadMonitor Load => load;

    /// <summary>Asks the run to end; it does, as Stopped, with what outputs there are.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>The outputs so far while the command runs; null before and after.</summary>
    public IReadOnlyList<FoundFile>? LiveFiles() => _executing?.Changed();

    /// <summary>Puts what has been written so far among the outputs, while the command goes on: what is new, and what is another file than
    /// the last time, under a new id.</summary>
    /// <returns>False when the command does not run.</returns>
    public async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        if (_executing is not { } folder)
            return false;
        await CollectAsync(folder, cancellationToken, Register);
        return true;
    }

    /// <param name="shutdown">The sandbox ends: the processes are ended and the job stays as it is, to run again at the next start.</param>
    public async Task ExecuteAsync(CancellationToken shutdown)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, shutdown);
        WorkFolder? folder = null;
        string reason;
        IReadOnlyList<FileRecord> outputs = [];
        try
        {
            folder = WorkFolder.CreateClean(Path.Combine(settings.Folder, job.Id));
            reason = await StageAndRunAsync(folder, ending.Token, shutdown);
            // Whatever the outcome; what a stopped job has made is kept too.
            outputs = await CollectAsync(folder, shutdown);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // A full disk, most likely. The owner has to know; the sandbox goes on.
            reason = $"A run failed: {failure.Message}";
        }
        finally
        {
            folder?.Remove();
        }

        await FinishAsync(reason, outputs, shutdown);
    }

    public void Dispose()
    {
        load.Dispose();
        _stop.Dispose();
    }

    private async Task<IReadOnlyList<FileRecord>> CollectAsync(WorkFolder folder, CancellationToken cancellationToken, Action<IReadOnlyList<FileRecord>>? register = null)
    {
        await _collecting.WaitAsync(cancellationToken);
        try
        {
            var outputs = await _collector.CollectAsync(job, folder, cancellationToken);
            // Of a run that has ended meanwhile the end registers all.
            if (_executing is not null)
                register?.Invoke(outputs);
            return outputs;
        }
        finally
        {
            _collecting.Release();
        }
    }

    private async Task<string> StageAndRunAsync(WorkFolder folder, CancellationToken ending, CancellationToken shutdown)
    {
        try
        {
            await StageAsync(folder, ending);
            return await RunAsync(folder, ending);
        }
        catch (RunFailure failure)
        {
            return $"A run failed: {failure.Message}";
        }
        catch (OperationCanceledException) when (!shutdown.IsCancellationRequested)
        {
            return StoppedByUser;
        }
    }

    private async Task StageAsync(WorkFolder folder, CancellationToken ending)
    {
        var inputs = job.Specification.Inputs
            .Select(input => (File: store.FindFile(input.FileId) ?? throw new RunFailure($"the input file {input.FileId} has been deleted"), input.Decompress))
            .ToList();
        Update(current => current.With(JobStatuses.Validated, time.GetUtcNow()));
        Update(current => current.With(JobStatuses.Started, time.GetUtcNow()));
        var stager = new InputStager(settings);
        try
        {
            foreach (var (file, decompress) in inputs)
                await stager.StageAsync(file, decompress, folder, ending);
        }
        finally
        {
            // Of a staging that failed or was stopped too: half the inputs are no outputs.
            folder.TakeSnapshot();
        }
    }

    private async Task<string> RunAsync(WorkFolder folder, CancellationToken ending)
    {
        using var process = CommandProcess.Start(job, folder, settings);
        using var walltime = new CancellationTokenSource(Walltime(), time);
        using var limits = CancellationTokenSource.CreateLinkedTokenSource(walltime.Token, ending);
        try
        {
            Update(current => current.With(JobStatuses.Executing, time.GetUtcNow()) with
            {
                Run = new RunRecord { DateStarted = time.GetUtcNow(), Process = process.Identity },
            });
            _executing = folder;
            process.Release();
            load.Begin(process.Identity);
            int code = await process.WaitAsync(limits.Token);
            return code == 0 ? Success : $"A run failed: exit code {code}";
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            return "A run failed: walltime exceeded";
        }
        finally
        {
            _executing = null;
            load.End();
            await process.EndAsync(time);
        }
    }

    private TimeSpan Walltime()
    {
        double seconds = job.Specification.Walltime * settings.WalltimeHour.TotalSeconds;
        return seconds < LongestWalltime.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestWalltime;
    }

    /// <summary>An end that cannot be written down, because the disk is full, would leave the job executing for ever: it is tried again until there is room.</summary>
    private async Task FinishAsync(string reason, IReadOnlyList<FileRecord> outputs, CancellationToken shutdown)
    {
        while (true)
        {
            try
            {
                Finish(reason, outputs);
                return;
            }
            catch (IOException)
            {
                await Task.Delay(FinishAgain, time, shutdown);
            }
        }
    }

    /// <summary>Outputs and status become visible as one: whoever sees the job ended sees all its files.</summary>
    private void Finish(string reason, IReadOnlyList<FileRecord> outputs) => store.Change(transaction =>
    {
        var now = time.GetUtcNow();
        Register(transaction, outputs);
        var current = transaction.FindJob(job.Id)!;
        string status = _stop.IsCancellationRequested ? JobStatuses.Stopped : JobStatuses.Completed;
        return transaction.Put(current.With(status, now, status == JobStatuses.Stopped ? StoppedByUser : reason) with
        {
            Run = current.Run is { } run ? run with { DateCompleted = now, Process = null } : null,
        });
    });

    private void Register(IReadOnlyList<FileRecord> outputs) => store.Change(transaction =>
    {
        Register(transaction, outputs);
        return true;
    });

    /// <summary>What was published before and is not among the outputs any more is one no longer.</summary>
    private void Register(Store.Transaction transaction, IReadOnlyList<FileRecord> outputs)
    {
        var kept = outputs.Where(output => output.Id.Length > 0).Select(output => output.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var earlier in transaction.FilesOfJob(job.Id).Where(earlier => !kept.Contains(earlier.Id)))
            transaction.Delete(earlier);
        foreach (var output in outputs.Where(output => output.Id.Length == 0))
            _collector.Keep(transaction.Put(output with { Id = transaction.NewId(), SymlinkId = transaction.NewId() }));
    }

    private void Update(Func<JobRecord, JobRecord> change)
        => store.Change(transaction => transaction.Put(change(transaction.FindJob(job.Id)!)));
}
