using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The output files of jobs, or what lies in the work folder of a run, as the platform lists them.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobFile", DefaultParameterSetName = OutputSet)]
[OutputType(typeof(JobFileItem))]
public sealed class GetRescaleJobFileCommand : RescaleCmdlet
{
    private const string OutputSet = "Output";
    private const string LiveSet = "Live";

    private NameFilter _names = null!;
    private OutputFilter _filter = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

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

    [Parameter(Mandatory = true, ParameterSetName = LiveSet)]
    public SwitchParameter Live { get; set; }

    [Parameter(ParameterSetName = LiveSet)]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    protected override void Prepare()
    {
        base.Prepare();
        _names = new NameFilter(Name);
        _filter = new OutputFilter(Include, Exclude, Search, PathFilter);
    }

    protected override async Task ProcessRecordAsync()
    {
        foreach (string id in JobId)
        {
            try
            {
                if (Live)
                    await WriteLiveAsync(id);
                else
                    await WriteOutputsAsync(id);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private async Task WriteOutputsAsync(string jobId)
    {
        await foreach (PlatformFile file in Session.Client.Jobs.ListFilesAsync(jobId, StopToken))
        {
            if (Matches(file.RelativePath, file.Name))
                await WriteAsync(new JobFileItem(file, jobId));
        }
    }

    private async Task WriteLiveAsync(string jobId)
    {
        IReadOnlyList<string> runs = RunId is null ? await Session.Jobs.FindActiveRunsAsync(jobId, PostVerbose, StopToken) : [RunId];
        if (runs.Count == 0)
        {
            PostVerbose($"No run of the job {jobId} is active; its outputs are listed.");
            await WriteOutputsAsync(jobId);
        }

        foreach (string run in runs)
        {
            await foreach (LiveFile file in Session.Client.Jobs.ListRunFilesAsync(jobId, run, StopToken))
            {
                if (Matches(file.RelativePath, file.Name))
                    await WriteAsync(new JobFileItem(file, jobId, run));
            }
        }
    }

    private bool Matches(string? relativePath, string name)
        => (_names.Matches(name) || _names.Matches(relativePath)) && _filter.Matches(relativePath, name);
}
