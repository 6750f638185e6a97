using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Puts things from the Trash back where they were.</summary>
[Cmdlet(VerbsData.Restore, "RescaleTrashItem", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet)]
public sealed class RestoreRescaleTrashItemCommand : TrashCmdlet
{
    private protected override string Action => "Restore from the Trash";

    private protected override string Done => "is restored";

    private protected override IAsyncEnumerable<(TrashedItem Item, RescaleException? Error)> DoAsync(IEnumerable<TrashedItem> items)
        => Session.Library.Trash.RestoreAsync(items, StopToken);
}
