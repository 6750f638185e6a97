using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Starts jobs that have been created; writes each one as it is started.</summary>
[Cmdlet(VerbsLifecycle.Start, "RescaleJob", SupportsShouldProcess = true)]
[OutputType(typeof(JobItem))]
public sealed class StartRescaleJobCommand : JobChangeCmdlet
{
    private protected override string Action => "Submit";

    private protected override Func<string, CancellationToken, Task> Change() => async (id, cancellationToken) =>
    {
        PlatformJob job = await Session.Client.Jobs.GetAsync(id, cancellationToken);
        await Session.Jobs.SubmitAsync(id, cancellationToken);
        State.Jobs.Add(job.Id, job.Name);
        await WriteAsync(new JobItem(job));
    };
}
