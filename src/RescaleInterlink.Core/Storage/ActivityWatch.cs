namespace RescaleInterlink.Storage;

/// <summary>
/// Ends a request on which nothing moves, or which lasts too long. Its token ends also when the caller's does. Waiting for the pace
/// that the user has set is neither silence of the other side nor time of the request.
/// </summary>
internal sealed class ActivityWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly IStoreObserver? _observer;
    private readonly TimeSpan _inactivity;
    private readonly CancellationTokenSource _inactive;
    private readonly CancellationTokenSource _overdue;
    private readonly CancellationTokenSource _linked;
    private readonly long _begun;
    private TimeSpan _longest;

    public ActivityWatch(StoreTimeouts timeouts, TimeProvider time, CancellationToken cancellationToken)
    {
        _time = time;
        // Where a body is read the flow may be another one.
        _observer = StoreObserver.Current;
        _inactivity = timeouts.Inactivity;
        _longest = timeouts.Part;
        _begun = time.GetTimestamp();
        _inactive = new CancellationTokenSource(timeouts.Inactivity, time);
        _overdue = new CancellationTokenSource(timeouts.Part, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _inactive.Token, _overdue.Token);
    }

    /// <summary>Bytes of a body that move at once: within one piece a stall is noticed and the pace kept.</summary>
    public int PieceSize => _observer?.PieceSize ?? StoreObserver.LongestPiece;

    public CancellationToken Token => _linked.Token;

    public bool TimedOut => _inactive.IsCancellationRequested || _overdue.IsCancellationRequested;

    /// <summary>Says that bytes have moved.</summary>
    public void Touch() => _inactive.CancelAfter(_inactivity);

    /// <summary>From here on only the longest time counts: for answers that a server may take its time to make.</summary>
    public void Pause() => _inactive.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Ends when a piece of a body may move.</summary>
    /// <param name="bytes">Its length, at most <see cref="PieceSize"/>.</param>
    public ValueTask PaceAsync(int bytes)
    {
        if (_observer is null) return ValueTask.CompletedTask;
        var pace = _observer.PaceAsync(bytes, Token);
        return pace.IsCompletedSuccessfully ? ValueTask.CompletedTask : WaitAsync(pace);
    }

    public void Dispose()
    {
        _linked.Dispose();
        _inactive.Dispose();
        _overdue.Dispose();
    }

    private async ValueTask WaitAsync(ValueTask pace)
    {
        var paused = _time.GetTimestamp();
        Pause();
        _overdue.CancelAfter(Timeout.InfiniteTimeSpan);
        await pace.ConfigureAwait(false);
        _longest += _time.GetElapsedTime(paused);
        var left = _longest - _time.GetElapsedTime(_begun);
        _overdue.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        Touch();
    }
}
