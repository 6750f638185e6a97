using System.Management.Automation;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The output files of jobs, or what lies in the work folder of a run, as the platform lists them.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobFile", DefaultParameterSetName = OutputSet)]
[OutputType(typeof(JobFileItem))]
public sealed class GetRescaleJobFileCommand : JobDetailCmdlet
{
    private const string OutputSet = "Output";
    private const string LiveSet = "Live";

    private NameFilter _names = null!;
    private OutputFilter _filter = null!;

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

    private protected override async Task ShowAsync(string jobId)
    {
        IReadOnlyList<string> runs = !Live ? [] : RunId is null ? await Session.Jobs.FindActiveRunsAsync(jobId, PostVerbose, StopToken) : [RunId];
        foreach (string run in runs)
        {
            await WriteAllAsync(
                Session.Client.Jobs.ListRunFilesAsync(jobId, run, StopToken),
                file => Matches(file.RelativePath, file.Name) ? ShellObject.Wrap(new JobFileItem(file, jobId, run)) : null);
        }

        if (runs.Count > 0)
            return;
        if (Live)
            PostVerbose($"No run of the job {jobId} is active; its outputs are listed.");
        await WriteAllAsync(
            Session.Client.Jobs.ListFilesAsync(jobId, StopToken),
            file => Matches(file.RelativePath, file.Name) ? ShellObject.Wrap(new JobFileItem(file, jobId)) : null);
    }

    private bool Matches(string? relativePath, string name)
        => (_names.Matches(name) || _names.Matches(relativePath)) && _filter.Matches(relativePath, name);
}
