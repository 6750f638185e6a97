namespace RescaleInterlink.Transfers;

/// <summary>A stop gives the prompt back within 2 s. What a transfer does to end shares this time, counted from the stop.</summary>
internal sealed class StopBudget : IDisposable
{
    // Tasks that do not end have used up 1 s of it (TaskScope), and closing the checkpoint follows with 0.4 s (CheckpointFile).
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(1.4);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.4);

    private readonly TimeProvider _time;
    private readonly CancellationTokenRegistration _onStop;
    private volatile bool _isStopped;
    private long _stoppedAt;

    public StopBudget(TimeProvider time, CancellationToken stop)
    {
        _time = time;
        _onStop = stop.UnsafeRegister(state => ((StopBudget)state!).Begin(), this);
    }

    /// <summary>What is left of it now; all of it as long as nobody has stopped the transfer.</summary>
    public TimeSpan Left
    {
        get
        {
            if (!_isStopped) return Whole;
            var left = Whole - _time.GetElapsedTime(_stoppedAt);
            return left > Least ? left : Least;
        }
    }

    public void Dispose() => _onStop.Dispose();

    private void Begin()
    {
        _stoppedAt = _time.GetTimestamp();
        _isStopped = true;
    }
}
