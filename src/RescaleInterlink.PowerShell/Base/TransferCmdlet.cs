using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that moves files, several at once, while more of them still come down the pipeline.</summary>
public abstract class TransferCmdlet : RescaleCmdlet
{
    // Enough that the largest of many is found first, few enough that a hundred thousand files take no memory.
    private const int MostQueued = 1000;

    private SemaphoreSlim _queue = null!;
    private SemaphoreSlim _lookUps = null!;
    private int _known;
    private int _ended;

    /// <summary>Most files in flight at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 5;

    /// <summary>Most storage requests at once, over all files of the command; as many as help when it is not given.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? MaxConnections { get; set; }

    /// <summary>Most bytes of buffers, over all files of the command.</summary>
    [Parameter]
    [ValidateRange(32L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = TransferOptions.DefaultMemoryLimit;

    /// <summary>Most bytes per second, over all files of the command; no limit when it is not given.</summary>
    [Parameter]
    [ValidateRange(1L << 10, long.MaxValue)]
    public long? MaxBytesPerSecond { get; set; }

    /// <summary>Shared by all transfers of this command. It starts as many of them at once as the throttle limit says, largest first.</summary>
    protected TransferEngine Engine { get; private set; } = null!;

    private protected abstract string Activity { get; }

    /// <summary>What one transfer of this command is, in the plural.</summary>
    private protected virtual string Items => "files";

    /// <summary>Transfers that may have been started and not ended; then the pipeline waits.</summary>
    private protected virtual int MostStarted => MostQueued;

    protected override void Prepare()
    {
        base.Prepare();
        UseDefaults(Session.Defaults);
        _queue = new SemaphoreSlim(MostStarted);
        _lookUps = new SemaphoreSlim(ThrottleLimit);
        Engine = Session.CreateEngine(new TransferOptions(ThrottleLimit, MaxConnections, MemoryLimit, MaxBytesPerSecond));
        ShowProgress(Report);
    }

    /// <summary>Queues one transfer, as soon as the queue has room. Its failure is one error record with <paramref name="target"/>;
    /// the others go on.</summary>
    protected async Task StartTransferAsync(object target, Func<CancellationToken, Task> transfer)
    {
        await _queue.WaitAsync(StopToken);
        Interlocked.Increment(ref _known);
        StartBackground(async cancellationToken =>
        {
            try
            {
                await transfer(cancellationToken);
            }
            catch (RescaleException e) when (!cancellationToken.IsCancellationRequested)
            {
                await WriteErrorAsync(e, target);
            }
            finally
            {
                Interlocked.Increment(ref _ended);
                _queue.Release();
            }
        });
    }

    /// <summary>Asks the platform for what a queued transfer needs to know first, ahead of the files in flight but no more at once.</summary>
    protected async Task<T> LookUpAsync<T>(Func<Task<T>> lookUp, CancellationToken cancellationToken)
    {
        await _lookUps.WaitAsync(cancellationToken);
        try
        {
            return await lookUp();
        }
        finally
        {
            _lookUps.Release();
        }
    }

    /// <summary>Warns of a file that was received without proof that it is what the platform has.</summary>
    private protected void WarnOfIntegrity(DownloadResult result, string name, string? id)
    {
        string file = id is null ? $"'{name}'" : $"'{name}' ({id})";
        if (result.Integrity == Integrity.Unverifiable)
            PostWarning($"{file} was received, but the platform has no SHA-512 to verify it with.");
        else if (result.Integrity == Integrity.Mismatch)
            PostWarning($"{file} was received, but its SHA-512 is not the one the platform has; it was kept because of -SkipChecksum.");
    }

    protected override async Task EndProcessingAsync()
    {
        await WhenBackgroundEndsAsync();
        ProgressSnapshot end = Engine.GetProgress();
        if (Count(end).Known > 0)
            PostVerbose(TransferProgress.Summary(end, Engine.GetUsage()));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Engine?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _queue?.Dispose();
        _lookUps?.Dispose();
    }

    /// <summary>What the command was not told, the configuration may say.</summary>
    private void UseDefaults(WorkDefaults defaults)
    {
        if (!IsGiven(nameof(ThrottleLimit)))
            ThrottleLimit = defaults.ThrottleLimit ?? ThrottleLimit;
        if (!IsGiven(nameof(MaxConnections)))
            MaxConnections = defaults.MaxConnections;
        if (!IsGiven(nameof(MemoryLimit)))
            MemoryLimit = defaults.MemoryLimit ?? MemoryLimit;
        if (!IsGiven(nameof(MaxBytesPerSecond)))
            MaxBytesPerSecond = defaults.MaxBytesPerSecond;
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Items that are known, and those of them that have ended, well or not.</summary>
    private protected virtual (int Known, int Ended) Count(ProgressSnapshot now) => (_known, _ended);

    private protected virtual ProgressReport? Report()
    {
        ProgressSnapshot now = Engine.GetProgress();
        (int known, int ended) = Count(now);
        return known == 0 ? null : TransferProgress.Report(Activity, Items, now, known, ended);
    }
}
