using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Pipelines.Measuring;

/// <summary>Measures one run from now on: its calls, and what each of its moments belongs to. Thread-safe.</summary>
internal sealed class RunMeter
{
    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly int[] _held = new int[LimitShares.Limits];
    private readonly double[] _seconds = new double[LimitShares.Limits];
    private readonly ApiMeter _work;
    private readonly ApiMeter _watch;
    private long _counted;
    private int _open;
    private int _working;
    private int _watching;

    public RunMeter(TimeProvider time)
    {
        _time = time;
        _counted = time.GetTimestamp();
        _work = new ApiMeter(time, (before, now) => Change(LimitOf(before), LimitOf(now)));
        // Looks at running jobs are part of waiting for them.
        _watch = new ApiMeter(time);
    }

    /// <summary>From here on, and in all that begins here, calls are the work of this run, or its looks at running jobs.</summary>
    public void Enter(bool watches = false) => ApiMeter.Current = watches ? _watch : _work;

    /// <summary>Rows that this run has still to end.</summary>
    public void OnOpen(int change) => Count(ref _open, change);

    /// <summary>Rows that a worker has.</summary>
    public void OnWorking(int change) => Count(ref _working, change);

    /// <summary>Rows that wait for their jobs.</summary>
    public void OnWatching(int change) => Count(ref _watching, change);

    public void OnTransfer(TransferActivity before, TransferActivity now) => Change(LimitOf(before), LimitOf(now));

    /// <summary>Something else is held to this limit until the result is disposed, once.</summary>
    public Held Hold(PipelineLimit limit)
    {
        Change(PipelineLimit.None, limit);
        return new Held(this, limit);
    }

    public IReadOnlyList<ApiUsage> GetApiUsage() => [.. RateScopes.All.Select(scope =>
    {
        var (work, watch) = (_work.GetUsage(scope), _watch.GetUsage(scope));
        return new ApiUsage(scope, work.Calls + watch.Calls, work.Waited + watch.Waited);
    })];

    /// <param name="waits">Of the transfers.</param>
    public IReadOnlyList<LimitTime> GetTimes(IReadOnlyDictionary<WaitReason, TimeSpan> waits)
    {
        var waited = new TimeSpan[LimitShares.Limits];
        foreach (var (reason, time) in waits)
            if (LimitOf(reason) is not PipelineLimit.None and var limit)
                waited[(int)limit] += time;
        foreach (var calls in GetApiUsage())
            waited[(int)PipelineLimit.ApiRate] += calls.Waited;
        lock (_gate)
        {
            CountTime();
            return LimitShares.Rank(_seconds, waited);
        }
    }

    private void Change(PipelineLimit before, PipelineLimit now)
    {
        lock (_gate)
        {
            CountTime();
            _held[(int)before]--;
            _held[(int)now]++;
        }
    }

    private void Count(ref int rows, int change)
    {
        lock (_gate)
        {
            CountTime();
            rows += change;
        }
    }

    private void CountTime()
    {
        var now = _time.GetTimestamp();
        var moment = _time.GetElapsedTime(_counted, now).TotalSeconds;
        _counted = now;
        if (moment > 0)
            LimitShares.Divide(_held, _open > _working + _watching, _working > 0, _watching > 0, moment, _seconds);
    }

    private static PipelineLimit LimitOf(ApiPhase phase) => phase switch
    {
        ApiPhase.Limited => PipelineLimit.ApiRate,
        ApiPhase.Made => PipelineLimit.PlatformAnswers,
        _ => PipelineLimit.None,
    };

    private static PipelineLimit LimitOf(WaitReason reason) => reason switch
    {
        WaitReason.Memory => PipelineLimit.Memory,
        WaitReason.Connection => PipelineLimit.Connections,
        WaitReason.Disk => PipelineLimit.Disk,
        WaitReason.Hash => PipelineLimit.Encryption,
        WaitReason.RateLimit => PipelineLimit.Bandwidth,
        WaitReason.Retry => PipelineLimit.Network,
        _ => PipelineLimit.None,
    };

    private static PipelineLimit LimitOf(TransferActivity activity) => activity switch
    {
        TransferActivity.Network => PipelineLimit.Network,
        TransferActivity.Bandwidth => PipelineLimit.Bandwidth,
        TransferActivity.Connection => PipelineLimit.Connections,
        TransferActivity.Memory => PipelineLimit.Memory,
        TransferActivity.Disk => PipelineLimit.Disk,
        TransferActivity.Making => PipelineLimit.Compression,
        TransferActivity.Encryption => PipelineLimit.Encryption,
        _ => PipelineLimit.None,
    };

    /// <summary>Disposed once.</summary>
    public readonly struct Held(RunMeter meter, PipelineLimit limit) : IDisposable
    {
        public void Dispose() => meter.Change(limit, PipelineLimit.None);
    }
}
