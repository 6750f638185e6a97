using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>What lies in folders on the platform, and beneath them; written while it is listed.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleFolderItem", DefaultParameterSetName = FolderSet)]
[OutputType(typeof(FileItem), typeof(FolderItem))]
public sealed class GetRescaleFolderItemCommand : RescaleCmdlet
{
    private const string FolderSet = "FolderId";
    private const string ObjectSet = "InputObject";

    private ListingOptions _options = null!;

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = FolderSet)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] FolderId { get; set; } = [FolderPaths.LibraryPath];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public StoredItem[] InputObject { get; set; } = [];

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Depth { get; set; } = int.MaxValue;

    [Parameter]
    public SwitchParameter File { get; set; }

    [Parameter]
    public SwitchParameter Directory { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Include { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    protected override void Prepare()
    {
        base.Prepare();
        bool goesDown = Recurse || MyInvocation.BoundParameters.ContainsKey(nameof(Depth));
        _options = new ListingOptions { Depth = goesDown ? Depth : 0, Filter = new TreeFilter(Include, Exclude) };
    }

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == ObjectSet)
        {
            foreach (StoredItem item in InputObject)
            {
                // Nothing lies in a file; its FolderId is where it lies itself.
                if (item is FolderItem folder)
                    await ListAsync(folder.Id, Session.Library.Listing.FolderAsync(folder.Place, _options, StopToken));
                else
                    PostVerbose($"{item} is a file and was skipped.");
            }

            return;
        }

        foreach (string folder in FolderId)
            await ListAsync(folder, Session.Library.Listing.FolderAsync(folder, _options, StopToken));
    }

    private async Task ListAsync(string target, IAsyncEnumerable<ListingStep> steps)
    {
        try
        {
            await WriteAllAsync(steps, Written);
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, target);
        }
    }

    private PSObject? Written(ListingStep step)
    {
        switch (step)
        {
            case ListingStep.Item { IsFolder: true } folder when !File || Directory:
                return ShellObject.Wrap(new FolderItem(folder.Entry.Item, folder.ParentId, folder.Path), FolderItem.ListedAs);
            case ListingStep.Item { Entry: { Type: "file", Item: var record } } file when !Directory || File:
                State.Files.Add(record.Id, record.Name);
                return ShellObject.Wrap(new FileItem(record, file.Path, file.ParentId), FolderItem.ListedAs);
            case ListingStep.Failed failed:
                WriteError(Remembered(ErrorRecords.From(failed.Error, failed.Path)));
                return null;
            case ListingStep.Repeated repeated:
                WriteWarning(ShownText.OneLine($"The folder '{repeated.Path}' ({repeated.FolderId}) is listed a second time and is not entered again."));
                return null;
            default:
                return null;
        }
    }
}
