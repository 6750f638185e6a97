namespace RescaleInterlink.Storage;

/// <summary>Ends a request on which nothing moves, or which lasts too long. Its token ends also when the caller's does.</summary>
internal sealed class ActivityWatch : IDisposable
{
    private readonly TimeSpan _inactivity;
    private readonly CancellationTokenSource _inactive;
    private readonly CancellationTokenSource _overdue;
    private readonly CancellationTokenSource _linked;

    public ActivityWatch(StoreTimeouts timeouts, TimeProvider time, CancellationToken cancellationToken)
    {
        _inactivity = timeouts.Inactivity;
        _inactive = new CancellationTokenSource(timeouts.Inactivity, time);
        _overdue = new CancellationTokenSource(timeouts.Part, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _inactive.Token, _overdue.Token);
    }

    public CancellationToken Token => _linked.Token;

    public bool TimedOut => _inactive.IsCancellationRequested || _overdue.IsCancellationRequested;

    /// <summary>Says that bytes have moved.</summary>
    public void Touch() => _inactive.CancelAfter(_inactivity);

    /// <summary>From here on only the longest time counts: for answers that a server may take its time to make.</summary>
    public void Pause() => _inactive.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _linked.Dispose();
        _inactive.Dispose();
        _overdue.Dispose();
    }
}
