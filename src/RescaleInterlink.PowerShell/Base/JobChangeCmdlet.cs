using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>
/// A cmdlet that does something to jobs that are there. It collects what comes down the pipeline and acts at its end, on a few at once: what
/// comes from a listing that is still being read must not shift the pages under it.
/// </summary>
public abstract class JobChangeCmdlet : RescaleCmdlet
{
    private const int CallsAtOnce = 4;

    private readonly List<ChosenJob> _chosen = [];
    private readonly HashSet<(string, string)> _seen = [];
    private bool _asks;
    private bool _tellsName;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    /// <summary>The user has said yes to all.</summary>
    private protected virtual bool IsForced => false;

    /// <summary>Whether the shell asks unless it is told not to; then the question has the name as well.</summary>
    private protected virtual bool IsAsked => false;

    /// <summary>What a question calls it. Read for each job, with the parameters that came with it.</summary>
    private protected abstract string Action { get; }

    /// <summary>What is to be done with a job. Made for each job, with the parameters that came with it.</summary>
    private protected abstract Func<string, CancellationToken, Task> Change();

    protected override void Prepare()
    {
        base.Prepare();
        bool confirms = MyInvocation.BoundParameters.TryGetValue("Confirm", out object? bound);
        bool isConfirmed = confirms && bound is SwitchParameter { IsPresent: true };
        _asks = !IsForced || IsRehearsal || confirms;
        _tellsName = IsRehearsal || isConfirmed || (IsAsked && _asks && !confirms);
    }

    protected sealed override Task ProcessRecordAsync()
    {
        // The same thing twice is one thing.
        foreach (string id in JobId.Where(id => _seen.Add((id, Action))))
            _chosen.Add(new ChosenJob(id, Action, Change()));
        return Task.CompletedTask;
    }

    protected override async Task EndProcessingAsync()
    {
        var granted = new List<ChosenJob>();
        foreach (ChosenJob job in _chosen)
        {
            try
            {
                if (!_asks || await ShouldProcessAsync(await DescribeAsync(job.Id), job.Action))
                    granted.Add(job);
            }
            catch (RescaleException e) when (!StopToken.IsCancellationRequested)
            {
                await WriteErrorAsync(e, job.Id);
            }
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = StopToken };
        await Parallel.ForEachAsync(granted, options, async (job, cancellationToken) =>
        {
            try
            {
                await job.Change(job.Id, cancellationToken);
            }
            catch (RescaleException e) when (!cancellationToken.IsCancellationRequested)
            {
                await WriteErrorAsync(e, job.Id);
            }
        });
    }

    private async Task<string> DescribeAsync(string id)
    {
        if (!_tellsName)
            return $"job {id}";
        PlatformJob job = await Session.Client.Jobs.GetAsync(id, StopToken);
        return $"job {job.Name} ({id})";
    }

    private sealed record ChosenJob(string Id, string Action, Func<string, CancellationToken, Task> Change);
}
