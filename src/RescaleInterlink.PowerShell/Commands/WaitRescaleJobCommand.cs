using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Waits for jobs and writes each one the moment it ends well; any other ending is an error record.</summary>
[Cmdlet(VerbsLifecycle.Wait, "RescaleJob")]
[OutputType(typeof(JobEndingItem))]
public sealed class WaitRescaleJobCommand : RescaleCmdlet
{
    private readonly List<string> _ids = [];
    private readonly Latest<JobFollowState> _state = new();

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; }

    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSeconds { get; set; } = 10;

    protected override void Prepare()
    {
        base.Prepare();
        ShowProgress(Report);
    }

    protected override Task ProcessRecordAsync()
    {
        _ids.AddRange(JobId.Except(_ids));
        return Task.CompletedTask;
    }

    protected override async Task EndProcessingAsync()
    {
        if (_ids.Count == 0)
            return;

        TimeSpan? timeout = TimeoutSec == 0 ? null : TimeSpan.FromSeconds(TimeoutSec);
        await foreach (JobEnding ending in Session.Jobs.WaitAsync(_ids, TimeSpan.FromSeconds(PollIntervalSeconds), timeout, _state, StopToken))
        {
            var item = new JobEndingItem(ending);
            if (ending.Error is not null)
                await WriteErrorAsync(ending.Error, item);
            else if (!ending.Succeeded)
                await WriteErrorAsync(JobFailure.Of(ending), item);
            else
                await WriteAsync(item);
        }
    }

    private ProgressReport? Report()
    {
        if (_state.Value is not { } now)
            return null;
        string counts = string.Join(", ", now.StatusByJob.Values.GroupBy(status => status).Select(group => $"{group.Count()} {group.Key}"));
        return new ProgressReport(
            "Waiting for Rescale jobs", $"{now.Ended} of {now.Total} ended; {counts}", now.Total == 0 ? null : 100.0 * now.Ended / now.Total, []);
    }
}
