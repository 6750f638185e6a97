using System.Collections.Concurrent;
using System.Management.Automation;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>
/// A cmdlet that submits jobs, several at once while more of them still come down the pipeline, and on request waits for each and collects its
/// outputs. Neither a slow job nor a failing one holds up another.
/// </summary>
public abstract class JobSubmitCmdlet : TransferCmdlet
{
    private readonly Channel<string> _started = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, string> _folderOf = new(StringComparer.Ordinal);
    private readonly Latest<JobFollowState> _state = new();
    private SemaphoreSlim _places = null!;
    private SemaphoreSlim _collections = null!;
    private JobCollection _collection = null!;
    private JobFolders? _folders;

    [Parameter]
    public SwitchParameter Wait { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; }

    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSeconds { get; set; } = 10;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    [Parameter]
    public FolderConflict Conflict { get; set; }

    private protected JobSubmission Submission { get; private set; } = null!;

    private protected bool Follows => Wait || Destination is not null;

    /// <summary>What becomes of a job once it is started, in words that go on after "submit".</summary>
    private protected string AndThen => Destination is not null ? $", wait and download to {Destination}" : Wait ? " and wait" : "";

    private protected override string Activity => "Moving the inputs and outputs of jobs";

    protected override void Prepare()
    {
        base.Prepare();
        if (Destination is null && MyInvocation.BoundParameters.ContainsKey(nameof(Conflict)))
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, "-Conflict says what becomes of files at a destination, and none was given.", "Give -Destination, too.");
        _folders = Destination is null ? null : new JobFolders(Destination = PathResolver.Literal(this, Destination));
        _folders?.Require();
        _places = new SemaphoreSlim(ThrottleLimit);
        _collections = new SemaphoreSlim(ThrottleLimit);
        Submission = Session.CreateJobSubmission(Engine, path => new UploadOptions { OnNotice = PostWarning, OnContinued = ContinuedNotice(path) });
        _collection = Session.CreateJobCollection(new JobCollectionOptions { Conflict = Conflict, ComparisonsAtOnce = ThrottleLimit });
    }

    protected override Task BeginProcessingAsync()
    {
        if (Follows)
            StartBackground(FollowAsync);
        return Task.CompletedTask;
    }

    /// <summary>Begins with a job as soon as few enough are on their way. Its failure is one error record with <paramref name="target"/>.</summary>
    private protected async Task BeginAsync(string target, Func<CancellationToken, Task<SubmittedJob>> submit)
    {
        await _places.WaitAsync(StopToken);
        StartBackground(async cancellationToken =>
        {
            SubmittedJob job;
            try
            {
                job = await submit(cancellationToken);
                if (Follows && job.IsStarted)
                    Follow(job);
            }
            catch (RescaleException e) when (!cancellationToken.IsCancellationRequested)
            {
                await WriteErrorAsync(e, target);
                return;
            }
            finally
            {
                _places.Release();
            }

            await TellAsync(job);
        });
    }

    protected override async Task EndProcessingAsync()
    {
        // All places are free when the last job was submitted, or failed.
        for (int place = 0; place < ThrottleLimit; place++)
            await _places.WaitAsync(StopToken);
        _started.Writer.Complete();
        await base.EndProcessingAsync();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _places?.Dispose();
        _collections?.Dispose();
    }

    private protected override (int Known, int Ended) Count(ProgressSnapshot now) => (now.FilesTotal, now.FilesDone + now.FilesFailed);

    /// <summary>While nothing moves, the jobs are what is waited for.</summary>
    private protected override ProgressReport? Report()
        => Engine.GetProgress().Active.Count > 0 ? base.Report() : FollowProgress.Report(_state.Value, State.Jobs) ?? base.Report();

    private void Follow(SubmittedJob job)
    {
        if (_folders is not null)
            _folderOf[job.Job.Id] = _folders.For(job.Job.Name, job.Job.Id);
        _started.Writer.TryWrite(job.Job.Id);
    }

    private async Task TellAsync(SubmittedJob job)
    {
        // The job is none the worse for a tag that could not be set.
        foreach (RescaleException missed in job.Warnings)
            PostWarning(missed.Message);
        State.Jobs.Add(job.Job.Id, job.Job.Name);
        if (Follows && job.IsStarted)
            PostVerbose($"The job {job.Job.Name} ({job.Job.Id}) is submitted.");
        else
            await WriteAsync(new JobItem(job.Job));
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        TimeSpan? timeout = TimeoutSec == 0 ? null : TimeSpan.FromSeconds(TimeoutSec);
        var ends = new List<Task>();
        try
        {
            await foreach (JobEnding ending in Session.Jobs.WaitAsync(_started.Reader, TimeSpan.FromSeconds(PollIntervalSeconds), timeout, _state, cancellationToken))
                ends.Add(EndAsync(ending, cancellationToken));
        }
        finally
        {
            await Task.WhenAll(ends);
        }
    }

    /// <summary>A job that failed is collected, too, before that is said: its log is the first thing its owner wants to see.</summary>
    private async Task EndAsync(JobEnding ending, CancellationToken cancellationToken)
    {
        var item = new JobEndingItem(ending);
        string? folder = null;
        if (ending.Error is null && _folderOf.TryGetValue(ending.JobId, out folder))
            await CollectAsync(ending.JobId, folder, cancellationToken);
        if (ending.Error is not null)
            await WriteErrorAsync(ending.Error, item);
        else if (!ending.Succeeded)
            await WriteErrorAsync(JobFailure.Of(ending, folder), item);
        else if (folder is null)
            await WriteAsync(item);
        else
            PostVerbose($"The job {ending.JobId} has ended well; its outputs are in '{folder}'.");
    }

    private async Task CollectAsync(string jobId, string folder, CancellationToken cancellationToken)
    {
        await _collections.WaitAsync(cancellationToken);
        try
        {
            await foreach (CollectedOutput output in _collection.CollectAsync(Engine, jobId, folder, OptionsOf, cancellationToken))
            {
                if (output.Error is not null)
                {
                    await WriteErrorAsync(output.Error, $"{output.Target} of job {jobId}");
                    continue;
                }

                if (output.Received!.Received is { } travelled)
                    WarnOfIntegrity(travelled, output.Target, output.File!.File.Id);
                await WriteAsync(ReceivedFileItem.Of(output.Received, output.File!, jobId));
            }
        }
        catch (RescaleException e) when (!cancellationToken.IsCancellationRequested)
        {
            await WriteErrorAsync(e, jobId);
        }
        finally
        {
            _collections.Release();
        }
    }

    private DownloadOptions OptionsOf(FileToReceive file) => new() { OnNotice = PostWarning, OnContinued = ContinuedNotice(file.LocalPath) };
}
