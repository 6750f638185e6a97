using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Makes folders on the platform.</summary>
[Cmdlet(VerbsCommon.New, "RescaleFolder", SupportsShouldProcess = true)]
[OutputType(typeof(FolderItem))]
public sealed class NewRescaleFolderCommand : RescaleCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 1)]
    [Alias("FolderId")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string ParentId { get; set; } = FolderPaths.LibraryPath;

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        foreach (string name in Name)
        {
            try
            {
                if (!await ShouldProcessAsync($"{name} in {ParentId}", "Make folder on Rescale"))
                    continue;
                FolderPlace made = await Session.Library.Listing.Paths.UseAsync(
                    ParentId, parent => Session.Library.Folders.MakeAsync(parent, name, Force, StopToken), StopToken);
                await WriteAsync(new FolderItem(made));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, name);
            }
        }
    }
}
