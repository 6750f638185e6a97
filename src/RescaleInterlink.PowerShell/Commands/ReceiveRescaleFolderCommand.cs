using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Receives folders with all that is in them; writes each file as it is done.</summary>
[Cmdlet(VerbsCommunications.Receive, "RescaleFolder", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet)]
[OutputType(typeof(ReceivedFileItem))]
public sealed class ReceiveRescaleFolderCommand : FolderCmdlet
{
    private const string FolderSet = "FolderId";
    private const string ObjectSet = "InputObject";

    private FolderDownload _download = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = FolderSet)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] FolderId { get; set; } = [];

    // In the default set, or a folder would bind by its id first. Of a folder the name is known; files, whose FolderId is where they lie, do not bind here.
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public FolderItem[] InputObject { get; set; } = [];

    // By property with an id only: a row's destination would bind in the default set, and the row then as the text of an id.
    [Parameter(Position = 1, ParameterSetName = ObjectSet)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = FolderSet)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    private protected override string Activity => "Receiving folders from Rescale";

    private protected override string Participle => "received";

    protected override void Prepare()
    {
        base.Prepare();
        _download = Session.CreateFolderDownload(new FolderDownloadOptions { Filter = new TreeFilter(Include, Exclude), Conflict = Conflict, ComparisonsAtOnce = ThrottleLimit });
    }

    protected override async Task ProcessRecordAsync()
    {
        foreach (FolderItem folder in InputObject)
            await ReceiveAsync(folder.Id, () => Task.FromResult(NameOf(folder.Place)));
        foreach (string id in FolderId)
        {
            await ReceiveAsync(id, async () =>
                FolderPath.IsPath(id) ? NameOf(await Session.Library.Listing.Paths.FindAsync(id, StopToken)) : id);
        }
    }

    /// <param name="nameOf">The name of the local folder when no destination is given.</param>
    private async Task ReceiveAsync(string id, Func<Task<string>> nameOf)
    {
        try
        {
            string? name = Destination is null ? await nameOf() : null;
            string folder = await InvokeAsync(() => name is null
                ? PathResolver.Literal(this, Destination!)
                : SafeFileName.Resolve(PathResolver.CurrentFolder(this), null, name));
            await RunAsync(
                id,
                _download.PlanAsync(id, folder, inner => PermitFolderAsync(Path.Combine(folder, inner), "Make local folder"), StopToken),
                step => Queue((FileToReceive)step));
        }
        catch (RescaleException e)
        {
            await FailAsync(e, id);
        }
    }

    /// <summary>A path may end at the id that it begins with; then there is no other name.</summary>
    private static string NameOf(FolderPlace place) => string.IsNullOrEmpty(place.Name) ? place.Id : place.Name;

    private Task Queue(FileToReceive file) => QueueAsync(file.File.Id, file.RelativePath, file.File.DecryptedSize, file.Action, ReceivingWords.Of, async cancellationToken =>
    {
        var options = new DownloadOptions { NoResume = NoResume, OnNotice = PostWarning, OnContinued = ContinuedNotice(file.LocalPath) };
        ReceivedFile received = await _download.ReceiveAsync(Engine, file, options, cancellationToken);
        if (received.Received is { } travelled)
            WarnOfIntegrity(travelled, file.RelativePath, file.File.Id);
        ReceivedFileItem item = received.Received is { } result
            ? new ReceivedFileItem(result, file.File.Id, null) { RelativePath = file.RelativePath, FolderId = file.FolderId }
            : new ReceivedFileItem(received.Path, file.File.Id, null, received.Length, received.Sha512, received.Outcome.ToString()) { RelativePath = file.RelativePath, FolderId = file.FolderId };
        await WriteAsync(item);
    });
}
