using System.Threading.Channels;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Pipelines;

/// <summary>
/// One run: archive, upload, create, submit, wait and download as concurrent stages. Between the first four stages lie bounded
/// queues, so that archives are not listed faster than they leave; what waits on the platform or for its download is only an
/// id, and holds nobody up. A job leaves the run at any stage; when the last one has left, all queues are closed.
/// </summary>
internal sealed partial class PipelineRun : IAsyncDisposable
{
    private readonly JobService _service;
    private readonly PipelineOptions _options;
    private readonly TimeProvider _time;
    private readonly TransferEngine _engine;
    private readonly PipelineArchives _archives;
    private readonly PipelineExtras _extras;
    private readonly PipelineJob[] _jobs;
    private readonly OutputFolders? _folders;
    private readonly PipelineJournal _journal;
    private readonly PipelineStateFile _stateFile;
    private readonly PipelineLog? _log;
    private readonly CancellationTokenSource _stop;
    private readonly Channel<PipelineJob> _archive;
    private readonly Channel<PipelineJob> _upload;
    private readonly Channel<PipelineJob> _create;
    private readonly Channel<PipelineJob> _submit;
    private readonly Channel<string> _watch = Channel.CreateUnbounded<string>();
    private readonly Channel<JobEnding> _endings = Channel.CreateUnbounded<JobEnding>();
    private readonly Channel<PipelineJob> _download = Channel.CreateUnbounded<PipelineJob>();
    private readonly Channel<PipelineJobResult> _results = Channel.CreateUnbounded<PipelineJobResult>();
    private readonly Dictionary<string, PipelineJob> _watched = new(StringComparer.Ordinal);
    private readonly List<Task> _tasks = [];
    private int _open;

    /// <exception cref="RescaleException">PipelineStateInvalid, TransferOptionInvalid.</exception>
    public PipelineRun(
        JobService service, TimeProvider time, IReadOnlyList<JobRow> rows, PipelineOptions options, PipelineLog? log, CancellationToken cancellationToken)
    {
        _service = service;
        _time = time;
        _options = options;
        _log = log;
        _meter = new RunMeter(time);
        _jobs = PipelinePlan.MakeJobs(rows, options.Archive, time);
        _folders = options.Destination is { } destination ? new OutputFolders(destination, rows.Select(row => row.Spec.JobName)) : null;
        _archive = Bounded(options.ArchiveWorkers);
        _upload = Bounded(options.UploadWorkers);
        _create = Bounded(options.JobWorkers);
        _submit = Bounded(options.JobWorkers);
        // Nothing may throw behind the journal, which would stay locked.
        options.Transfer.Validate();
        _journal = PipelineJournal.Begin(PipelineResume.TermsOf(_jobs, options));
        if (PipelineResume.TakeOver(_jobs, _journal.Earlier, options) is { } notice)
            options.OnNotice?.Invoke(notice);
        _open = _jobs.Count(static job => !job.IsLeftOut);
        _meter.OnOpen(_open);
        _folders?.Reserve(_jobs.SelectMany(static job => new[] { job.State.Destination, job.State.FormerDestination }));
        _stateFile = new PipelineStateFile(options.StatePath, time, () => [.. _jobs.Select(job => job.State)]);
        var extraUploads = Math.Min(options.UploadWorkers, options.Extras.Files.Count);
        // Uploads, however slow, leave at least the asked number of files in flight to the downloads, and a share of all else.
        _engine = new TransferEngine(
            options.Transfer with
            {
                ThrottleLimit = options.Transfer.ThrottleLimit + options.UploadWorkers + extraUploads,
                UploadShares = Math.Min(options.UploadWorkers, _jobs.Length) + extraUploads + 1,
                OnActivity = _meter.OnTransfer,
            },
            time);
        var extras = options.Extras.Files.ToHashSet(StringComparer.Ordinal);
        var uploads = service.ShareUploads(_engine, path => HowToUpload(extras.Contains(path) ? path : ArchiveName.For(path, options.Archive.IsGzip)));
        _archives = new PipelineArchives(uploads, options);
        _extras = new PipelineExtras(options.Extras, uploads, _journal, options.TakesChangedExtras, Math.Max(1, extraUploads));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    public ChannelReader<PipelineJobResult> Results => _results.Reader;

    public void Start()
    {
        _log?.Write(new PipelineLogLine("runStarted") { Jobs = _open, StatePath = Path.GetFullPath(_options.StatePath) });
        _stateFile.NoteChange();
        _tasks.Add(RunAsync(FeedAsync));
        RunStage(_archive, _options.ArchiveWorkers, PipelineStage.Archive, ArchiveAsync);
        RunStage(_upload, _options.UploadWorkers, PipelineStage.Upload, UploadAsync);
        RunStage(_create, _options.JobWorkers, PipelineStage.Create, CreateAsync);
        RunStage(_submit, _options.JobWorkers, PipelineStage.Submit, SubmitAsync);
        RunStage(_download, _options.DownloadWorkers, PipelineStage.Download, DownloadAsync);
        _tasks.Add(RunAsync(() => _service.WatchAsync(_watch.Reader, _endings.Writer, _options.PollInterval, _stop.Token), watches: true));
        _tasks.Add(RunAsync(RouteEndingsAsync));
        _tasks.Add(RunAsync(() => _stateFile.RunAsync(_stop.Token)));
    }

    /// <summary>How the run ended, once it is disposed.</summary>
    public PipelineSummary? Summary { get; private set; }

    public PipelineProgress GetProgress()
    {
        var stages = Enum.GetValues<PipelineStage>().ToDictionary(stage => stage, _ => 0);
        var succeeded = 0;
        var jobs = 0;
        foreach (var job in _jobs.Where(static job => !job.IsLeftOut))
        {
            jobs++;
            var hasEnded = job.HasEnded;
            stages[hasEnded ? PipelineStage.Done : job.Stage]++;
            succeeded += hasEnded && job.Succeeded ? 1 : 0;
        }

        return new PipelineProgress(jobs, stages, succeeded, stages[PipelineStage.Done] - succeeded, _engine.GetProgress());
    }

    /// <summary>Stops what still runs, and leaves the state file as the journal says.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _extras.WaitForEndAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Summary = GetSummary();
            LeaveFailures();
            LogEnd(Summary);
            await _engine.DisposeAsync().ConfigureAwait(false);
            _stateFile.Write();
        }
        finally
        {
            _journal.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>All rows of the table count, also those that this run has left out, and those of a run that is stopped.</summary>
    private void LeaveFailures()
    {
        if (_options.FailurePath is not { } path)
            return;
        var failed = _jobs.Where(static job => PipelineResume.IsFailure(job.State)).Select(static job => (job.Row, job.State.ErrorMessage)).ToList();
        if (FailureTable.Leave(path, failed) is { } problem)
            _options.OnNotice?.Invoke(problem);
    }

    private static Channel<PipelineJob> Bounded(int workers) => Channel.CreateBounded<PipelineJob>(workers * 2);

    private void RunStage(Channel<PipelineJob> queue, int workers, PipelineStage stage, Func<PipelineJob, Task> work)
    {
        for (var i = 0; i < workers; i++)
            _tasks.Add(RunAsync(async () =>
            {
                await foreach (var job in queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                    await WorkAsync(job, stage, work).ConfigureAwait(false);
            }));
    }

    /// <summary>A failure that is not of one job ends the run, and with it the enumeration of the results.</summary>
    /// <param name="watches">It only looks at jobs that run.</param>
    private Task RunAsync(Func<Task> work, bool watches = false) => Task.Run(async () =>
    {
        _meter.Enter(watches);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _results.Writer.TryComplete(new OperationCanceledException(_stop.Token));
        }
        catch (Exception exception)
        {
            LogFailure(exception);
            _results.Writer.TryComplete(exception);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    });

    private async Task FeedAsync()
    {
        // What an earlier run has brought furthest comes first: else it would wait behind the archives of rows that are new. Those keep the order of
        // the table, as a row that needs no archive would otherwise hold up all that do, at the pace of submissions.
        var jobs = _jobs.Where(static job => !job.IsLeftOut)
            .Select(job => (Job: job, Stage: PipelineResume.FindStage(job.State, job.Row.Spec.SubmitMode, _folders is not null)))
            .OrderByDescending(static next => next.Job.IsResumed ? next.Stage : PipelineStage.Archive).ToList();
        foreach (var (job, stage) in jobs)
        {
            job.StartedAt = _time.GetTimestamp();
            job.State = PipelineResume.Reopen(job.State, stage);
            if (PipelineResume.IsUncertain(job.State))
                End(job, PipelineStage.Create, PipelineResume.Uncertain(job.State));
            else if (stage == PipelineStage.Done)
                Recall(job);
            else if (PipelineResume.NeedsInputs(job.State) && RowValidation.FindError(job, _options) is { } fault)
                End(job, PipelineStage.Validate, fault);
            else
                await EnterAsync(job, stage).ConfigureAwait(false);
        }

        if (jobs.Count == 0)
            Close();
    }

    private async Task EnterAsync(PipelineJob job, PipelineStage stage)
    {
        if (stage == PipelineStage.Wait)
        {
            Watch(job);
            return;
        }

        // They travel while the archives do.
        if (job.State.JobId is null)
            _ = _extras.GetAsync(_stop.Token);
        job.Succeeded = JobStates.IsSuccess(job.State.JobStatus, job.State.Reason);
        var queue = stage switch
        {
            PipelineStage.Create => _create,
            PipelineStage.Submit => _submit,
            PipelineStage.Download => _download,
            _ => _archive,
        };
        await queue.Writer.WriteAsync(job, _stop.Token).ConfigureAwait(false);
    }

    private async Task WorkAsync(PipelineJob job, PipelineStage stage, Func<PipelineJob, Task> work)
    {
        EnterStage(job, stage);
        _meter.OnWorking(1);
        try
        {
            await work(job).ConfigureAwait(false);
        }
        catch (RescaleException exception) when (exception.ErrorId != ErrorIds.PipelineStateInvalid)
        {
            End(job, stage, exception);
        }
        catch (Exception exception) when (exception is not RescaleException && !_stop.IsCancellationRequested)
        {
            // A fault nobody foresaw, met with one job: hundreds of others need not end for it.
            End(job, stage, PipelineErrors.Unforeseen(job, stage, exception));
        }
        finally
        {
            _meter.OnWorking(-1);
        }
    }

    /// <summary>While the queue of the next stage is full, the worker does nothing, and the row waits.</summary>
    private async Task PassAsync(PipelineJob job, Channel<PipelineJob> queue)
    {
        _meter.OnWorking(-1);
        try
        {
            await queue.Writer.WriteAsync(job, _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _meter.OnWorking(1);
        }
    }

    /// <summary>An earlier run has ended with it.</summary>
    private void Recall(PipelineJob job)
    {
        End(job, job.State.ErrorId is null ? PipelineStage.Done : PipelineStage.Wait, PipelineResume.Recall(job.State));
        Interlocked.Increment(ref _endedBefore);
    }

    private void Note(PipelineJob job, RowState state, bool durable = false)
    {
        state = state with { LastUpdated = _time.GetLocalNow() };
        using (_meter.Hold(PipelineLimit.Disk))
            _journal.Append(state, durable);
        job.State = state;
        _stateFile.NoteChange();
    }

    private void End(PipelineJob job, PipelineStage stage, RescaleException? error, RowState? state = null)
    {
        job.Stage = stage;
        job.Succeeded = error is null;
        job.Archive = null;
        state ??= job.State;
        Note(job, error is null ? state with { Ended = true } : PipelineErrors.Apply(state, stage, error));
        job.HasEnded = true;
        job.Files.Sort((x, y) => string.CompareOrdinal(x.Path, y.Path));
        var elapsed = job.StartedAt is { } started ? _time.GetElapsedTime(started) : TimeSpan.Zero;
        LogJobEnd(job, stage, error, elapsed);
        _results.Writer.TryWrite(new PipelineJobResult
        {
            Index = job.Row.Index,
            JobName = job.Row.Spec.JobName,
            Directory = job.State.Directory,
            JobId = job.State.JobId,
            FileId = job.State.FileId,
            Status = job.State.JobStatus,
            Reason = job.State.Reason,
            Destination = job.State.Destination,
            Files = job.Files,
            Stage = stage,
            Elapsed = elapsed,
            Error = error,
            Warnings = job.Warnings,
        });
        _meter.OnOpen(-1);
        if (Interlocked.Decrement(ref _open) == 0)
            Close();
    }

    private void Close()
    {
        foreach (var queue in new[] { _archive, _upload, _create, _submit, _download })
            queue.Writer.TryComplete();
        _watch.Writer.TryComplete();
        _results.Writer.TryComplete();
    }
}
