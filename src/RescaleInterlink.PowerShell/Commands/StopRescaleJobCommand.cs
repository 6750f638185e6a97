using System.Collections.Concurrent;
using System.Management.Automation;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Stops jobs. One that has ended already is no error.</summary>
[Cmdlet(VerbsLifecycle.Stop, "RescaleJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(JobEndingItem))]
public sealed class StopRescaleJobCommand : JobChangeCmdlet
{
    private readonly ConcurrentQueue<string> _stopped = [];
    private readonly Latest<JobFollowState> _state = new();

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter Wait { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; }

    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSeconds { get; set; } = 10;

    private protected override bool IsForced => Force;

    private protected override bool IsAsked => true;

    private protected override string Action => "Stop";

    protected override void Prepare()
    {
        base.Prepare();
        ShowProgress(() => FollowProgress.Report(_state.Value, State.Jobs));
    }

    private protected override Func<string, CancellationToken, Task> Change() => async (id, cancellationToken) =>
    {
        JobStop stop = await Session.Jobs.Changes.StopAsync(id, cancellationToken);
        if (stop.HadEnded)
            PostWarning($"The job {id} has ended already; its status is '{stop.Status}'.");
        else
            PostVerbose($"The job {id} is being stopped.");
        _stopped.Enqueue(id);
    };

    protected override async Task EndProcessingAsync()
    {
        await base.EndProcessingAsync();
        if (!Wait || _stopped.IsEmpty)
            return;
        TimeSpan? timeout = TimeoutSec == 0 ? null : TimeSpan.FromSeconds(TimeoutSec);
        await foreach (JobEnding ending in Session.Jobs.WaitAsync([.. _stopped], TimeSpan.FromSeconds(PollIntervalSeconds), timeout, _state, StopToken))
        {
            // To be stopped is what was asked for here, and no failure.
            var item = new JobEndingItem(ending);
            if (ending.Error is not null)
                await WriteErrorAsync(ending.Error, item);
            else
                await WriteAsync(item);
        }
    }
}
