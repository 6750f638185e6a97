using System.Management.Automation;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Waits for jobs and writes each one the moment it ends well; any other ending is an error record. Waiting begins with the first job,
/// while more still come down the pipeline.</summary>
[Cmdlet(VerbsLifecycle.Wait, "RescaleJob")]
[OutputType(typeof(JobEndingItem))]
public sealed class WaitRescaleJobCommand : RescaleCmdlet
{
    private readonly Channel<string> _ids = Channel.CreateUnbounded<string>();
    private readonly Latest<JobFollowState> _state = new();
    private bool _isWaiting;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter]
    public SwitchParameter Any { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; }

    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSeconds { get; set; } = 10;

    protected override void Prepare()
    {
        base.Prepare();
        ShowProgress(() => FollowProgress.Report(_state.Value, State.Jobs));
    }

    protected override Task ProcessRecordAsync()
    {
        foreach (string id in JobId)
            _ids.Writer.TryWrite(id);
        if (!_isWaiting)
            StartBackground(WaitAsync);
        _isWaiting = true;
        return Task.CompletedTask;
    }

    protected override Task EndProcessingAsync()
    {
        _ids.Writer.TryComplete();
        return WhenBackgroundEndsAsync();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan? timeout = TimeoutSec == 0 ? null : TimeSpan.FromSeconds(TimeoutSec);
        await foreach (JobEnding ending in Session.Jobs.WaitAsync(_ids.Reader, TimeSpan.FromSeconds(PollIntervalSeconds), timeout, _state, cancellationToken))
        {
            var item = new JobEndingItem(ending);
            if (ending.Error is not null)
                await WriteErrorAsync(ending.Error, item);
            else if (!ending.Succeeded)
                await WriteErrorAsync(JobFailure.Of(ending), item);
            else
                await WriteAsync(item);

            // One that cannot be followed has not ended.
            if (Any && ending.Error is null)
                break;
        }
    }
}
