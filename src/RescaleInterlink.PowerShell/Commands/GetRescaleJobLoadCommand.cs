using System.Management.Automation;
using System.Text.Json;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>What has been measured of the clusters of jobs, as the platform tells it.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobLoad")]
[OutputType(TypeName)]
public sealed class GetRescaleJobLoadCommand : JobDetailCmdlet
{
    private const string TypeName = "RescaleInterlink.JobLoad";

    private bool _hasWarned;

    [Parameter]
    [ValidateRange(1, 24 * 366)]
    public int Hours { get; set; } = 1;

    private protected override async Task ShowAsync(string jobId)
    {
        JobLoad? load = await JobLoad.ReadAsync(Session.Client.Jobs, jobId, Hours, StopToken);
        if (load is null)
        {
            // It is the platform that does not tell, and not this job: once says it all.
            if (!_hasWarned)
                PostWarning("The platform does not tell the load of clusters.");
            _hasWarned = true;
            return;
        }

        if (load.IsCut)
            PostWarning($"The platform has more measurements of the job {jobId} than it gives at once: {load.Measurements.Count} are shown. Ask for fewer hours.");
        foreach (JsonElement measurement in load.Measurements)
            await InvokeAsync(() => WriteObject(ShellJson.OfJob(TypeName, jobId, measurement)));
    }
}
