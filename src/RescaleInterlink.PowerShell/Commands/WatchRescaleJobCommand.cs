using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Jobs.Listing;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Receives the outputs of jobs as they appear, until the jobs have ended; writes each file as it is done.</summary>
[Cmdlet(VerbsCommon.Watch, "RescaleJob", SupportsShouldProcess = true, DefaultParameterSetName = IdSet)]
[OutputType(typeof(ReceivedFileItem))]
public sealed class WatchRescaleJobCommand : TransferCmdlet
{
    private const string IdSet = "Id";
    private const string NewSet = "NewerThan";

    private JobFolders _folders = null!;
    private readonly HashSet<string> _jobs = new(StringComparer.Ordinal);
    private PatientNotice? _notice;
    private JobWatch _watch = null!;
    private bool _isWatching;
    private int _received;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = NewSet)]
    [PointInTimeTransformation]
    public DateTimeOffset NewerThan { get; set; }

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    [Parameter]
    [ValidateRange(5, 86400)]
    public int IntervalSeconds { get; set; } = 30;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Include { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Search { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? PathFilter { get; set; }

    [Parameter]
    public FolderConflict Conflict { get; set; }

    [Parameter]
    [SpanTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(30);

    private protected override string Activity => "Watching Rescale jobs";

    private protected override IApiObserver Observer => Notice;

    private PatientNotice Notice => _notice ??= new PatientNotice(PostVerbose, PostWarning, Timeout);

    protected override void Prepare()
    {
        base.Prepare();
        _folders = new JobFolders(Destination is null ? PathResolver.CurrentFolder(this) : PathResolver.Literal(this, Destination));
        _watch = Session.CreateJobWatch(Engine, new JobWatchOptions
        {
            Filter = new OutputFilter(Include, Exclude, Search, PathFilter), Conflict = Conflict, Interval = TimeSpan.FromSeconds(IntervalSeconds),
            LongestAbsence = Timeout, ComparisonsAtOnce = ThrottleLimit, DownloadOf = _ => new DownloadOptions { OnNotice = PostVerbose },
        });
    }

    protected override async Task ProcessRecordAsync()
    {
        foreach (string id in JobId.Where(_jobs.Add))
        {
            try
            {
                await AddAsync(await Session.Client.Jobs.GetAsync(id, StopToken));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    protected override async Task EndProcessingAsync()
    {
        if (ParameterSetName == NewSet)
        {
            // Jobs of others that are shared with the user are listed, too.
            JobFilter filter = new() { NewerThan = NewerThan, Owner = owner => owner is null || Session.User.Email is not { } own || owner.Equals(own, StringComparison.OrdinalIgnoreCase) };
            await foreach (JobFinding finding in Session.Jobs.Listing.FindAsync(filter, null, StopToken))
                await AddAsync(finding.Job);
        }

        _watch.Complete();
        await base.EndProcessingAsync();
    }

    private protected override ProgressReport? Report()
        => FollowProgress.Report(_watch.State, State.Jobs, Activity, $"; {_received} files received", TransferProgress.Items(Engine.GetProgress()));

    private async Task AddAsync(PlatformJob job)
    {
        State.Jobs.Add(job.Id, job.Name);
        string folder = _folders.For(job.Name, job.Id);
        if (!await ShouldProcessAsync(folder, $"Receive the outputs of job '{job.Name}' ({job.Id}) as they appear"))
            return;
        _watch.Add(job.Id, folder);
        if (!_isWatching)
            StartBackground(RunAsync);
        _isWatching = true;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (JobWatchStep step in _watch.RunAsync(cancellationToken))
            await TakeAsync(step);
    }

    private async Task TakeAsync(JobWatchStep step)
    {
        switch (step)
        {
            case JobWatchStep.StatusChange change:
                PostVerbose($"Job {change.JobId} is {change.Status.Status}{(string.IsNullOrEmpty(change.Status.StatusReason) ? "" : $": {change.Status.StatusReason}")}.");
                break;
            case JobWatchStep.Received file:
                _received++;
                if (file.Result.Received is { } travelled)
                    WarnOfIntegrity(travelled, file.File.RelativePath, file.File.File.Id);
                await WriteAsync(ReceivedFileItem.Of(file.Result, file.File, file.JobId));
                break;
            case JobWatchStep.Failed failed:
                await WriteErrorAsync(failed.Error, $"{failed.Target} of job {failed.JobId}");
                break;
            case JobWatchStep.Notice { IsWarning: true } notice:
                Notice.Lost(notice.Text);
                break;
            case JobWatchStep.Notice notice:
                PostVerbose(notice.Text);
                break;
            case JobWatchStep.Ended { Ending: { Error: { } error } ending }:
                await WriteErrorAsync(error, new JobEndingItem(ending));
                break;
            case JobWatchStep.Ended { Ending: { Succeeded: false } ending }:
                await WriteErrorAsync(JobFailure.Of(ending), new JobEndingItem(ending));
                break;
            case JobWatchStep.Ended { Ending: var ending }:
                PostVerbose($"Job {ending.JobId} ended as {ending.Status}; its outputs are received.");
                break;
        }
    }
}
