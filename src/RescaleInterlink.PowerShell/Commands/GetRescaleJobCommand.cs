using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Jobs of the user: by id, or a listing, newest first, that is streamed page by page.</summary>
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
    public string[] Name { get; set; } = ["*"];

    [Parameter(ParameterSetName = ListSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobStatusCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Status { get; set; } = ["*"];

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

        foreach (string id in JobId)
        {
            try
            {
                await WriteJobAsync(await GetAsync(id));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    private async Task ListAsync()
    {
        NameFilter names = new(Name);
        NameFilter statuses = new(Status);
        bool isFiltered = MyInvocation.BoundParameters.ContainsKey(nameof(Name)) || MyInvocation.BoundParameters.ContainsKey(nameof(Status));
        int written = 0;
        await foreach (PlatformJob job in Session.Client.Jobs.ListAsync(isFiltered || First == int.MaxValue ? null : First, StopToken))
        {
            if (!names.Matches(job.Name) || !statuses.Matches(job.JobStatus?.Content))
                continue;
            await WriteJobAsync(new JobItem(job));
            if (++written >= First)
                break;
        }
    }

    // A single job comes without its status (interop API, J2); the newest entry of its history is the status.
    private async Task<JobItem> GetAsync(string id)
    {
        PlatformJob job = await Session.Client.Jobs.GetAsync(id, StopToken);
        IReadOnlyList<JobStatusEntry> history = await Session.Client.Jobs.GetStatusesAsync(id, StopToken);
        JobStatusEntry? now = history.Count == 0 ? null : history[0];
        return new JobItem(job.Id, job.Name, now?.Status ?? job.JobStatus?.Content, now?.StatusReason ?? job.JobStatus?.StatusReason, job.DateInserted, job.Owner);
    }

    private Task WriteJobAsync(JobItem job)
    {
        State.Jobs.Add(job.Id, job.Name);
        return WriteAsync(job);
    }
}
