using System.Management.Automation;
using System.Text.Json;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>How to reach the clusters of jobs, as the platform tells it.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobConnection")]
[OutputType(TypeName)]
public sealed class GetRescaleJobConnectionCommand : JobDetailCmdlet
{
    private const string TypeName = "RescaleInterlink.JobConnection";

    private protected override async Task ShowAsync(string jobId)
    {
        JsonElement details = await Session.Client.Jobs.GetConnectionDetailsAsync(jobId, StopToken);
        await InvokeAsync(() => WriteObject(ShellJson.OfJob(TypeName, jobId, details)));
    }
}
