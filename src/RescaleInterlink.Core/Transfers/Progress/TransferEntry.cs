using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers.Progress;

/// <summary>Numbers of one transfer. Its chunks report to it concurrently, and only ever upwards.</summary>
internal sealed class TransferEntry(ProgressTracker tracker, int id, string displayName, TransferDirection direction) : IStoreObserver
{
    private readonly int[] _waiting = new int[Enum.GetValues<WaitReason>().Length];
    private long _bytesDone;
    private long _bytesTotal = -1;
    private int _requests;
    private volatile TransferState _state = TransferState.Waiting;

    public void SetTotal(long total)
    {
        var before = Interlocked.Exchange(ref _bytesTotal, total);
        tracker.OnTotal(total - Math.Max(before, 0));
    }

    public void AddBytes(long count)
    {
        Interlocked.Add(ref _bytesDone, count);
        tracker.OnBytes(count);
    }

    public void Start()
    {
        _state = TransferState.Active;
        tracker.OnStarted(this);
    }

    public void Verify() => _state = TransferState.Verifying;

    public void End(TransferState state)
    {
        _state = state;
        tracker.OnEnded(this, state);
    }

    /// <summary>Awaits something, and says meanwhile what it is.</summary>
    public async ValueTask<T> WaitAsync<T>(WaitReason reason, ValueTask<T> something)
    {
        if (something.IsCompletedSuccessfully) return something.Result;
        Interlocked.Increment(ref _waiting[(int)reason]);
        try
        {
            return await something;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting[(int)reason]);
        }
    }

    /// <summary>Runs a storage request in one of the engine's connections.</summary>
    public async Task<T> RequestAsync<T>(ConnectionGate connections, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        using var slot = await WaitAsync(WaitReason.Connection, connections.EnterAsync(cancellationToken));
        return await RequestInSlotAsync(request);
    }

    /// <summary>Runs a storage request whose connection has been waited for already.</summary>
    public async Task<T> RequestInSlotAsync<T>(Func<Task<T>> request)
    {
        StoreObserver.Current = this;
        Interlocked.Increment(ref _requests);
        try
        {
            return await request();
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
            StoreObserver.Current = null;
        }
    }

    void IStoreObserver.OnRetrying(RescaleException failure, TimeSpan wait)
    {
        Interlocked.Decrement(ref _requests);
        Interlocked.Increment(ref _waiting[(int)WaitReason.Retry]);
    }

    ValueTask IStoreObserver.OnResumingAsync(CancellationToken cancellationToken)
    {
        Interlocked.Decrement(ref _waiting[(int)WaitReason.Retry]);
        Interlocked.Increment(ref _requests);
        return ValueTask.CompletedTask;
    }

    ValueTask IStoreObserver.PaceAsync(int bytes, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public TransferSnapshot GetSnapshot()
    {
        var total = Volatile.Read(ref _bytesTotal);
        return new TransferSnapshot(id, displayName, direction, _state, Volatile.Read(ref _bytesDone), total < 0 ? null : total, WaitingFor());
    }

    /// <summary>Nothing as long as any request is under way, else what most of its chunks wait for.</summary>
    private WaitReason WaitingFor()
    {
        if (Volatile.Read(ref _requests) > 0) return WaitReason.Nothing;
        var most = 0;
        for (var reason = 1; reason < _waiting.Length; reason++)
            if (Volatile.Read(ref _waiting[reason]) > Volatile.Read(ref _waiting[most])) most = reason;
        return (WaitReason)most;
    }
}
