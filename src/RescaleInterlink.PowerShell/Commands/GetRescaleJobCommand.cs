using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Listing;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Jobs of the user: by id, or a listing, newest first, that is streamed page by page and read no further than is needed.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJob", DefaultParameterSetName = ListSet)]
[OutputType(typeof(JobItem))]
public sealed class GetRescaleJobCommand : RescaleCmdlet
{
    private const string ListSet = "List";
    private const string IdSet = "Id";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobStatusCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Status { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Owner { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Tag { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    public SwitchParameter AllTags { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [PointInTimeTransformation]
    public DateTimeOffset? NewerThan { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [PointInTimeTransformation]
    public DateTimeOffset? OlderThan { get; set; }

    [Parameter(ParameterSetName = ListSet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == ListSet)
        {
            await WriteAllAsync(FindAsync(), Shown);
            return;
        }

        foreach (string id in JobId)
        {
            try
            {
                var job = new JobItem(await Session.Jobs.Listing.GetAsync(id, StopToken));
                State.Jobs.Add(job.Id, job.Name);
                await WriteAsync(job);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private async IAsyncEnumerable<JobFinding> FindAsync()
    {
        var filter = new JobFilter
        {
            Name = Condition(Name), Status = Condition(Status), Owner = Condition(Owner), Tags = TagCondition(), NewerThan = NewerThan, OlderThan = OlderThan,
        };
        int found = 0;
        await foreach (JobFinding finding in Session.Jobs.Listing.FindAsync(filter, First == int.MaxValue ? null : First, StopToken))
        {
            yield return finding;
            if (finding.Error is null && ++found >= First)
                break;
        }
    }

    private PSObject? Shown(JobFinding finding)
    {
        State.Jobs.Add(finding.Job.Id, finding.Job.Name);
        if (finding.Error is not { } error)
            return ShellObject.Wrap(new JobItem(finding.Job));
        WriteError(Remembered(ErrorRecords.From(
            new RescaleException(error.ErrorId, error.Kind, $"The tags of the job '{finding.Job.Id}' are not known: {error.Message}", error.RecommendedAction, error), finding.Job.Id)));
        return null;
    }

    private static Func<string?, bool>? Condition(string[]? patterns) => patterns is null ? null : new NameFilter(patterns).Matches;

    private Func<IReadOnlyList<string>, bool>? TagCondition()
    {
        if (Tag is null)
            return null;
        if (!AllTags)
        {
            NameFilter any = new(Tag);
            return tags => tags.Any(any.Matches);
        }

        NameFilter[] each = [.. Tag.Select(pattern => new NameFilter([pattern]))];
        return tags => Array.TrueForAll(each, pattern => tags.Any(pattern.Matches));
    }
}
