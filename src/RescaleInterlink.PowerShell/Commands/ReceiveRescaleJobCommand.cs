using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Downloads the outputs of jobs, each job's into a folder of its own beneath the destination; writes each file as it is done.</summary>
[Cmdlet(VerbsCommunications.Receive, "RescaleJob", SupportsShouldProcess = true)]
[OutputType(typeof(ReceivedFileItem))]
public sealed class ReceiveRescaleJobCommand : FolderCmdlet
{
    private readonly Dictionary<string, JobFolders> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _jobs = new(StringComparer.Ordinal);
    private JobCollection _collection = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Search { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? PathFilter { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter SkipChecksum { get; set; }

    private protected override string Activity => "Receiving job outputs from Rescale";

    private protected override string Participle => "received";

    protected override void Prepare()
    {
        base.Prepare();
        if (Force && Conflict != FolderConflict.Overwrite && MyInvocation.BoundParameters.ContainsKey(nameof(Conflict)))
        {
            throw new RescaleException(
                ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, $"-Force means -Conflict Overwrite, and -Conflict {Conflict} was given.",
                "Give one of them.");
        }

        _collection = Session.CreateJobCollection(new JobCollectionOptions
        {
            Filter = new OutputFilter(Include, Exclude, Search, PathFilter), Conflict = Force ? FolderConflict.Overwrite : Conflict, ComparisonsAtOnce = ThrottleLimit,
        });
    }

    protected override async Task ProcessRecordAsync()
    {
        string root = await InvokeAsync(() => Destination is null ? PathResolver.CurrentFolder(this) : PathResolver.Literal(this, Destination));
        foreach (string id in JobId)
        {
            // A pipeline of a job's files names the job with each of them.
            if (!_jobs.Add(id))
            {
                PostVerbose($"The job {id} was named before and is received once.");
                continue;
            }

            try
            {
                PlatformJob job = await Session.Client.Jobs.GetAsync(id, StopToken);
                string folder = FolderFor(root, job);
                await RunAsync(
                    id,
                    _collection.PlanAsync(id, folder, made => PermitFolderAsync(made, "Make local folder"), StopToken),
                    step => Queue((FileToReceive)step, id));
            }
            catch (RescaleException e)
            {
                await FailAsync(e, id);
            }
        }
    }

    private Task Queue(FileToReceive file, string jobId)
        => QueueAsync($"{file.RelativePath} of job {jobId}", file.RelativePath, file.File.DecryptedSize, file.Action, ReceivingWords.Of, async cancellationToken =>
        {
            DownloadOptions options = new() { AllowMismatch = SkipChecksum, NoResume = NoResume, OnNotice = PostWarning, OnContinued = ContinuedNotice(file.LocalPath) };
            ReceivedFile received = await _collection.ReceiveAsync(Engine, file, options, cancellationToken);
            if (received.Received is { } travelled)
                WarnOfIntegrity(travelled, file.RelativePath, file.File.Id);
            await WriteAsync(ReceivedFileItem.Of(received, file, jobId));
        });

    private string FolderFor(string root, PlatformJob job)
    {
        if (!_folders.TryGetValue(root, out JobFolders? folders))
            _folders.Add(root, folders = new JobFolders(root));
        return folders.For(job.Name, job.Id);
    }
}
