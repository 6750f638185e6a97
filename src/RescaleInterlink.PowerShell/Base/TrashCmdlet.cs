using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that does something with things in the Trash. It acts at the end of the pipeline, for the same reasons as <see cref="ChangeCmdlet"/>.</summary>
public abstract class TrashCmdlet : ChangeCmdlet
{
    private protected const string IdSet = "Id";
    private protected const string ObjectSet = "InputObject";

    private readonly List<string> _ids = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public TrashItem[] InputObject { get; set; } = [];

    private protected abstract IAsyncEnumerable<(TrashedItem Item, RescaleException? Error)> DoAsync(IEnumerable<TrashedItem> items);

    private protected abstract string Done { get; }

    protected sealed override Task ProcessRecordAsync()
    {
        foreach (TrashItem item in InputObject)
            Choose(item);
        _ids.AddRange(Id);
        return Task.CompletedTask;
    }

    protected sealed override async Task EndProcessingAsync()
    {
        // Whether an id is a file's or a folder's is only to be seen in the Trash.
        Dictionary<string, TrashItem> there = (await Session.Library.Trash.FindAsync(_ids, StopToken)).ToDictionary(entry => entry.Item.Id, entry => new TrashItem(entry));
        foreach (string id in _ids.Distinct())
        {
            if (there.TryGetValue(id, out TrashItem? item))
                Choose(item);
            else
                await WriteErrorAsync(TrashBin.NotFound(id), id);
        }

        await base.EndProcessingAsync();
    }

    private void Choose(TrashItem item) => Choose(new ChosenItem(item.Id, item.Key.IsFolder, null, item.Name, item.Size, item.Id));

    private protected sealed override Task<string> DescribeAsync(ChosenItem chosen) => Task.FromResult(chosen.ToString());

    private protected sealed override Task ChangeAsync(IReadOnlyCollection<ChosenItem> chosen)
        => SettleAsync(chosen, SettledAsync(chosen), Done);

    private async IAsyncEnumerable<SettledItem> SettledAsync(IReadOnlyCollection<ChosenItem> chosen)
    {
        await foreach ((TrashedItem item, RescaleException? error) in DoAsync(chosen.Select(one => new TrashedItem(one.Id, one.IsFolder))))
            yield return new SettledItem(new LibraryItem(item.Id, item.IsFolder, null), error);
    }
}
