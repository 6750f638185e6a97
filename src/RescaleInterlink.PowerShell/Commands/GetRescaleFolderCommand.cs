using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Folders on the platform, by path or id; My Library and My Jobs when none is named.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleFolder")]
[OutputType(typeof(FolderItem))]
public sealed class GetRescaleFolderCommand : RescaleCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FolderId")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        if (Id is null)
        {
            foreach (FolderPlace root in await Session.Library.Listing.Paths.GetRootsAsync(StopToken))
                await WriteAsync(new FolderItem(root));
            return;
        }

        foreach (string folder in Id)
        {
            try
            {
                await WriteAsync(new FolderItem(await Session.Library.Listing.LocateAsync(folder, StopToken)));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, folder);
            }
        }
    }
}
