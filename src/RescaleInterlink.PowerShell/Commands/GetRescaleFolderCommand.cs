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
    private readonly List<string> _sought = [];
    private bool _wantsRoots;

    // Not Id with the alias FolderId: of a file it would be the file's own.
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? FolderId { get; set; }

    protected override void Prepare()
    {
        base.Prepare();
        _wantsRoots = !MyInvocation.ExpectingInput && FolderId is null;
    }

    protected override Task ProcessRecordAsync()
    {
        _sought.AddRange(FolderId ?? []);
        return Task.CompletedTask;
    }

    /// <summary>At the end, because folders by id are looked for together.</summary>
    protected override async Task EndProcessingAsync()
    {
        if (_wantsRoots)
        {
            foreach (FolderPlace root in await Session.Library.Listing.Paths.GetRootsAsync(StopToken))
                await WriteAsync(new FolderItem(root));
        }

        await foreach ((string folder, FolderPlace? place, RescaleException? error) in Session.Library.Listing.LocateAsync(_sought.Distinct(), StopToken))
        {
            if (place is not null)
                await WriteAsync(new FolderItem(place));
            else
                await WriteErrorAsync(error!, folder);
        }
    }
}
