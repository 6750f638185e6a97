using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The status of jobs: the newest entry of the history of each, or all of it.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobStatus")]
[OutputType(typeof(JobStatusItem))]
public sealed class GetRescaleJobStatusCommand : JobDetailCmdlet
{
    [Parameter]
    public SwitchParameter History { get; set; }

    private protected override async Task ShowAsync(string jobId)
    {
        IReadOnlyList<JobStatusEntry> history = await Session.Client.Jobs.GetStatusesAsync(jobId, StopToken);
        if (history.Count == 0)
            PostVerbose($"The platform tells no status of the job {jobId}.");
        foreach (JobStatusEntry entry in History ? history : history.Take(1))
            await WriteAsync(new JobStatusItem(jobId, entry));
    }
}
