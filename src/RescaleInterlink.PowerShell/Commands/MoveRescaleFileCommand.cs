using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Moves files into another folder on the platform. Nothing travels.</summary>
[Cmdlet(VerbsCommon.Move, "RescaleFile", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet)]
[OutputType(typeof(FileItem))]
public sealed class MoveRescaleFileCommand : ChangeCmdlet
{
    private const string IdSet = "Id";
    private const string ObjectSet = "InputObject";

    private FolderPlace _folder = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public StoredFileItem[] InputObject { get; set; } = [];

    // Not by property name: a file's own FolderId is where it is, not where it goes.
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("Destination")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string FolderId { get; set; } = "";

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => $"Move to the Rescale folder {FolderId}";

    protected override Task ProcessRecordAsync()
    {
        foreach (StoredFileItem file in InputObject)
            Choose(new ChosenItem(file.Id, IsFolder: false, null, (file as FileItem)?.Path ?? file.Name, file.Size, file.Id));
        foreach (string id in Id)
            Choose(new ChosenItem(id, IsFolder: false, null, null, null, id));
        return Task.CompletedTask;
    }

    private protected override Task<string> DescribeAsync(ChosenItem chosen) => DescribeFileAsync(chosen);

    /// <summary>One look, so that a folder that does not exist is one error and not one for each file.</summary>
    private protected override async Task BeforeChangeAsync() => _folder = await Places.UseAsync(FolderId, RequireAsync, StopToken);

    private protected override Task ChangeAsync(IReadOnlyCollection<ChosenItem> chosen) => SettleAsync(
        chosen,
        Session.Library.Changes.MoveAsync([.. chosen.Select(one => one.Item).Distinct()], _folder.Id, StopToken),
        $"is in {FolderId}",
        PassThru ? one => PassAsync(one.Id, _folder) : null);

    private async Task<FolderPlace> RequireAsync(FolderPlace place)
    {
        var first = new ListingOptions { PageSize = 1 };
        await foreach (ListingStep step in Session.Library.Listing.FolderAsync(place, first, StopToken))
            break;
        return place;
    }

    private async Task PassAsync(string id, FolderPlace folder)
    {
        try
        {
            var record = await Session.Client.Files.GetAsync(id, StopToken);
            await WriteAsync(new FileItem(record, folder.Path is null ? null : FolderPath.Join(folder.Path, record.Name, record.Id), folder.Id));
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, id);
        }
    }
}
