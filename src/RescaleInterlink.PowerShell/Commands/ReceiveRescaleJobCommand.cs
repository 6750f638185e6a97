using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Downloads all outputs of jobs, each job's into a folder of its own beneath the destination.</summary>
[Cmdlet(VerbsCommunications.Receive, "RescaleJob", SupportsShouldProcess = true)]
[OutputType(typeof(ReceivedFileItem))]
public sealed class ReceiveRescaleJobCommand : TransferCmdlet
{
    private readonly DestinationClaims _folders = new();

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override string Activity => "Receiving job outputs from Rescale";

    private protected override string Items => "jobs";

    private protected override int MostStarted => ThrottleLimit;

    protected override async Task ProcessRecordAsync()
    {
        string root = await InvokeAsync(() => Destination is null ? PathResolver.CurrentFolder(this) : PathResolver.Literal(this, Destination));
        foreach (string id in JobId)
        {
            try
            {
                PlatformJob job = await Session.Client.Jobs.GetAsync(id, StopToken);
                string folder = FolderFor(root, job);
                if (await ShouldProcessAsync($"job {job.Name} ({id})", $"Download all outputs to {folder}"))
                    await StartTransferAsync(id, cancellationToken => ReceiveAsync(id, folder, cancellationToken));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private async Task ReceiveAsync(string id, string folder, CancellationToken cancellationToken)
    {
        await foreach (JobOutputResult output in Session.Jobs.DownloadOutputsAsync(Engine, id, folder, OptionsOf, cancellationToken))
        {
            if (output.Error is not null)
                await WriteErrorAsync(output.Error, $"{output.File.RelativePath ?? output.File.Name} of job {id}");
            else if (output.Download is { } done)
            {
                WarnOfIntegrity(done, output.File.RelativePath ?? output.File.Name, output.File.Id);
                await WriteAsync(new ReceivedFileItem(done, output.File.Id, id));
            }
        }
    }

    private DownloadOptions OptionsOf(string path) => new() { Overwrite = Force, OnNotice = PostWarning, OnContinued = ContinuedNotice(path) };

    private string FolderFor(string root, PlatformJob job)
    {
        string name = string.IsNullOrWhiteSpace(job.Name) ? job.Id : job.Name;
        string folder = Path.Combine(root, JobFolderName.MakeSafe(name));
        if (_folders.TryClaim(folder))
            return folder;
        folder = Path.Combine(root, JobFolderName.WithId(name, job.Id));
        _folders.Claim(folder);
        return folder;
    }
}
