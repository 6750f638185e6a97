using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Moves folders with all that is in them to the Trash, or deletes them for good.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleFolder", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = ObjectSet)]
public sealed class RemoveRescaleFolderCommand : RemovalCmdlet
{
    private const string IdSet = "Id";
    private const string ObjectSet = "InputObject";

    // Without an alias FolderId: that is where a file lies, and nobody who pipes a file means its folder.
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public FolderItem[] InputObject { get; set; } = [];

    [Parameter]
    [Alias("ParentFolderId")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ParentId { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        foreach (FolderItem folder in InputObject)
            await ChooseAsync(folder.Place, folder.Id);
        foreach (string id in Id)
        {
            try
            {
                await ChooseAsync(await Places.FindAsync(id, StopToken), id);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private async Task ChooseAsync(FolderPlace place, string target)
    {
        if (place.IsRoot)
        {
            await WriteErrorAsync(LibraryChanges.Protected(place), target);
            return;
        }

        string? parent = ParentId is null ? place.ParentId : (await Places.FindAsync(ParentId, StopToken)).Id;
        Choose(new ChosenItem(place.Id, IsFolder: true, parent, place.Path, null, target));
    }

    private protected override async Task<string> DescribeAsync(ChosenItem chosen)
    {
        if (!Rehearses)
            return chosen.ToString();
        long bytes = 0;
        int files = 0, folders = 0;
        try
        {
            var all = new ListingOptions { Depth = int.MaxValue };
            await foreach (ListingStep step in Session.Library.Listing.FolderAsync(new FolderPlace(chosen.Id, null, chosen.Name, null), all, StopToken))
            {
                if (step is ListingStep.Failed failed)
                    await WriteErrorAsync(failed.Error, failed.Path);
                if (step is not ListingStep.Item item)
                    continue;
                if (item.IsFolder)
                    folders++;
                else
                    files++;
                bytes += item.IsFolder ? 0 : item.Entry.Item.DecryptedSize ?? 0;
            }
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, chosen.Target);
            return chosen.ToString();
        }

        return $"{chosen.Name ?? "folder"} ({chosen.Id}; {files} files, {HumanSize.Format(bytes)}, and {folders} folders in it)";
    }
}
