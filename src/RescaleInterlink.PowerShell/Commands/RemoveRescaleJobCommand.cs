using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Removes jobs and their outputs for good.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveRescaleJobCommand : JobChangeCmdlet
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool IsForced => Force;

    private protected override bool IsAsked => true;

    private protected override string Action => "Delete the job and its outputs for good";

    private protected override Func<string, CancellationToken, Task> Change() => async (id, cancellationToken) =>
    {
        await Session.Jobs.Changes.RemoveAsync(id, evenUnfinished: Force, cancellationToken);
        PostVerbose($"The job {id} is deleted.");
    };
}
