using System.Management.Automation;
using RescaleInterlink.Errors;
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
    public string? FolderId { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == ListSet)
        {
            await ListAsync();
            return;
        }

        foreach (string id in Id)
        {
            try
            {
                await WriteFileAsync(await Session.Client.Files.GetAsync(id, StopToken));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private async Task ListAsync()
    {
        NameFilter filter = new(Name);
        int written = 0;
        await foreach (PlatformFile file in Source().WithCancellation(StopToken))
        {
            if (!filter.Matches(file.Name))
                continue;
            await WriteFileAsync(file);
            if (++written >= First)
                break;
        }
    }

    private IAsyncEnumerable<PlatformFile> Source()
        => FolderId is null ? Session.Client.Files.ListAsync(StopToken) : FilesOfFolderAsync(FolderId);

    private async IAsyncEnumerable<PlatformFile> FilesOfFolderAsync(string folderId)
    {
        await foreach (FolderEntry entry in Session.Client.Folders.ListContentsAsync(folderId, StopToken))
        {
            if (entry.Type == "file")
                yield return entry.Item;
        }
    }

    private Task WriteFileAsync(PlatformFile file)
    {
        State.Files.Add(file.Id, file.Name);
        return WriteAsync(new FileItem(file));
    }
}
