using System.Management.Automation;
using RescaleInterlink.Library.Changes;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that moves things to the Trash, or deletes them for good.</summary>
public abstract class RemovalCmdlet : ChangeCmdlet
{
    [Parameter]
    public SwitchParameter Permanent { get; set; }

    private protected sealed override string Action => Permanent ? "Delete for good" : "Move to the Trash";

    private protected sealed override Task ChangeAsync(IReadOnlyCollection<ChosenItem> chosen)
    {
        List<LibraryItem> items = [.. chosen.Select(one => one.Item)];
        return SettleAsync(
            chosen,
            Permanent ? Session.Library.Changes.DeleteAsync(items, StopToken) : Session.Library.Changes.TrashAsync(items, StopToken),
            Permanent ? "is deleted" : "is in the Trash");
    }
}
