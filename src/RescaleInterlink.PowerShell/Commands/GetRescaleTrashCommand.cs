using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>What lies in the Trash, written while it is listed.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleTrash")]
[OutputType(typeof(TrashItem))]
public sealed class GetRescaleTrashCommand : RescaleCmdlet
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    public SwitchParameter File { get; set; }

    [Parameter]
    public SwitchParameter Directory { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    protected override Task ProcessRecordAsync() => WriteAllAsync(ItemsAsync(), ShellObject.Wrap);

    private async IAsyncEnumerable<TrashItem> ItemsAsync()
    {
        NameFilter names = new(Name);
        int written = 0;
        await foreach (FolderEntry entry in Session.Library.Trash.ListAsync(StopToken))
        {
            bool isWanted = File == Directory || (entry.IsFolder ? Directory : File);
            if (!isWanted || !names.Matches(entry.Item.Name))
                continue;
            yield return new TrashItem(entry);
            if (++written >= First)
                yield break;
        }
    }
}
