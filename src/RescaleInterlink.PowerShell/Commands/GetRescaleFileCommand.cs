using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Files of the user's library: by id, or a listing that is streamed page by page.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleFile", DefaultParameterSetName = ListSet)]
[OutputType(typeof(FileItem))]
public sealed class GetRescaleFileCommand : RescaleCmdlet
{
    private const string ListSet = "List";
    private const string IdSet = "Id";

    /// <summary>Fewest entries of a page of a folder: the files that are wanted may stand behind folders that are not.</summary>
    private const int SmallestPage = 100;

    private FileFilter _filter = null!;
    private NameFilter _names = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Include { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Search { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [PointInTimeTransformation]
    public DateTimeOffset? NewerThan { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [PointInTimeTransformation]
    public DateTimeOffset? OlderThan { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string? FolderId { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    protected override void Prepare()
    {
        base.Prepare();
        _filter = new FileFilter(Include, Exclude, Search, NewerThan, OlderThan);
        _names = new NameFilter(Name);
    }

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == ListSet)
        {
            IAsyncEnumerable<FileItem> files = FolderId is null ? AllAsync() : OfFolderAsync(FolderId);
            await WriteAllAsync(Wanted(files), Wrap);
            return;
        }

        foreach (string id in Id)
        {
            try
            {
                var file = new FileItem(await Session.Client.Files.GetAsync(id, StopToken));
                await InvokeAsync(() => WriteObject(Wrap(file)));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private bool HasFilter => !_filter.LetsAllThrough || MyInvocation.BoundParameters.ContainsKey(nameof(Name));

    private PSObject Wrap(FileItem file)
    {
        State.Files.Add(file.Id, file.Name);
        return ShellObject.Wrap(file);
    }

    private async IAsyncEnumerable<FileItem> Wanted(IAsyncEnumerable<FileItem> files)
    {
        int written = 0;
        await foreach (FileItem file in files)
        {
            if (!_names.Matches(file.Name))
                continue;
            yield return file;
            if (++written >= First)
                yield break;
        }
    }

    private async IAsyncEnumerable<FileItem> AllAsync()
    {
        await foreach (PlatformFile file in Session.Library.Listing.FilesAsync(_filter, HasFilter || First == int.MaxValue ? null : First, StopToken))
            yield return new FileItem(file);
    }

    private async IAsyncEnumerable<FileItem> OfFolderAsync(string folder)
    {
        var options = new ListingOptions { PageSize = HasFilter ? FoldersClient.LargestPage : Math.Max(First, SmallestPage) };
        await foreach (ListingStep step in Session.Library.Listing.FolderAsync(folder, options, StopToken))
        {
            if (step is ListingStep.Item { Entry: { Type: "file", Item: var file } } item && _filter.Matches(file))
                yield return new FileItem(file, item.Path, item.ParentId);
        }
    }
}
