using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Deletes things in the Trash for good.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleTrashItem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = ObjectSet)]
public sealed class RemoveRescaleTrashItemCommand : TrashCmdlet
{
    private protected override string Action => "Delete for good";

    private protected override string Done => "is deleted";

    private protected override IAsyncEnumerable<(TrashedItem Item, RescaleException? Error)> DoAsync(IEnumerable<TrashedItem> items)
        => Session.Library.Trash.PurgeAsync(items, StopToken);
}
