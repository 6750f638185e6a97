using RescaleInterlink.Storage;

namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// Bytes per second over all transfers of a command, both directions together (a token bucket). Whoever takes more than
/// there is goes into debt, which those behind wait out: so pieces of any size keep the rate. First come, first served.
/// Thread-safe.
/// </summary>
internal sealed class BandwidthLimit : IDisposable
{
    // What may be caught up after a time in which nothing moved.
    private const double MostBurst = 1 << 20;

    // Of one piece comes nothing until all of it may move: a long silence, at which a server or a proxy gives up.
    private const int PiecesPerSecond = 8;
    private const int ShortestPiece = 1 << 10;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly object _lock = new();
    private readonly double _bytesPerSecond;
    private readonly TimeProvider _time;
    private readonly LinkedList<(int Bytes, TaskCompletionSource Granted)> _waiters = new();
    private double _tokens;
    private long _counted;
    private ITimer? _timer;

    public BandwidthLimit(long bytesPerSecond, TimeProvider time)
    {
        (_bytesPerSecond, _time) = (bytesPerSecond, time);
        _tokens = Burst;
        _counted = time.GetTimestamp();
    }

    /// <summary>Bytes to take at once.</summary>
    public int PieceSize => (int)Math.Clamp(_bytesPerSecond / PiecesPerSecond, ShortestPiece, StoreObserver.LongestPiece);

    private double Burst => Math.Min(_bytesPerSecond, MostBurst);

    /// <summary>Ends when so many bytes may move.</summary>
    public ValueTask TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<(int, TaskCompletionSource Granted)> node;
        lock (_lock)
        {
            Count();
            if (_waiters.Count == 0 && _tokens > 0)
            {
                _tokens -= bytes;
                return ValueTask.CompletedTask;
            }

            node = _waiters.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
            if (_waiters.Count == 1) SetTimer();
        }

        return new ValueTask(WaitAsync(node, cancellationToken));
    }

    private async Task WaitAsync(LinkedListNode<(int, TaskCompletionSource Granted)> node, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(_ => GiveUp(node, cancellationToken), null))
            await node.Value.Granted.Task;
    }

    private void GiveUp(LinkedListNode<(int, TaskCompletionSource Granted)> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null) return;
            _waiters.Remove(node);
        }

        node.Value.Granted.TrySetCanceled(cancellationToken);
    }

    /// <summary>Adds what time has brought. While someone waits, a timer that came late takes nothing from the rate.</summary>
    private void Count()
    {
        var now = _time.GetTimestamp();
        _tokens += _time.GetElapsedTime(_counted, now).TotalSeconds * _bytesPerSecond;
        _counted = now;
        if (_waiters.Count == 0) _tokens = Math.Min(_tokens, Burst);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            Count();
            while (_tokens > 0 && _waiters.First is { } first)
            {
                _waiters.RemoveFirst();
                _tokens -= first.Value.Bytes;
                first.Value.Granted.TrySetResult();
            }

            if (_waiters.Count > 0) SetTimer();
        }
    }

    private void SetTimer()
    {
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling((1 - _tokens) / _bytesPerSecond * 1000));
        _timer?.Dispose();
        _timer = _time.CreateTimer(_ => OnTimer(), null, wait > ShortestWait ? wait : ShortestWait, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        lock (_lock) _timer?.Dispose();
    }
}
