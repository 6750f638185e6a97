using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers.Progress;

/// <summary>Numbers of one transfer. Its chunks report to it concurrently, and only ever upwards.</summary>
internal sealed class TransferEntry(
    EngineResources engine, ProgressTracker tracker, int id, string displayName, TransferDirection direction)
{
    private readonly ActivityTracker _activity = new(engine.Options.OnActivity);
    private readonly object _count = new();
    private long _bytesDone;
    private long _bytesRepeated;
    private long _bytesTotal = -1;
    private volatile TransferState _state = TransferState.Waiting;

    /// <summary>Its part of the connections and of the memory.</summary>
    public FileQuota Quota { get; } = new();

    public void SetTotal(long total)
    {
        Quota.Size = total;
        var before = Interlocked.Exchange(ref _bytesTotal, total);
        tracker.OnTotal(total - Math.Max(before, 0));
    }

    /// <summary>Bytes that have moved now.</summary>
    public void AddBytes(long count)
    {
        tracker.OnMoved(direction, count);
        Count(count);
    }

    /// <summary>Bytes that were there already: done, but nothing that this run has moved.</summary>
    public void AddResumed(long count) => Count(count);

    /// <summary>Says that so many of the bytes counted must move once more; they are not counted again.</summary>
    public void Repeat(long count)
    {
        lock (_count) _bytesRepeated += count;
    }

    /// <summary>Says that all that was counted must move once more.</summary>
    public void RepeatAll()
    {
        lock (_count) _bytesRepeated = _bytesDone;
    }

    private void Count(long count)
    {
        lock (_count)
        {
            var repeated = Math.Min(_bytesRepeated, count);
            _bytesRepeated -= repeated;
            count -= repeated;
            // Of a run that was given up something may still come in late.
            if (Volatile.Read(ref _bytesTotal) is >= 0 and var total) count = Math.Clamp(count, 0, Math.Max(0, total - _bytesDone));
            _bytesDone += count;
        }

        tracker.OnDone(count);
    }

    /// <summary>It has a place.</summary>
    /// <param name="fetches">False when it makes no requests: no connection is kept for it then.</param>
    public void Start(bool fetches = true)
    {
        _state = TransferState.Active;
        if (fetches) engine.Requests.Open(Quota);
        tracker.OnStarted(this);
    }

    /// <summary>All bytes have moved.</summary>
    public void Verify()
    {
        _state = TransferState.Verifying;
        engine.Requests.Close(Quota);
    }

    /// <summary>It has given its place back, and may want one again.</summary>
    public void Leave() => engine.Requests.Close(Quota);

    public void End(TransferState state)
    {
        _state = state;
        _activity.End();
        engine.Requests.Close(Quota);
        tracker.OnEnded(this, state);
    }

    /// <summary>Awaits something, and says meanwhile what it is.</summary>
    public async ValueTask<T> WaitAsync<T>(WaitReason reason, ValueTask<T> something)
    {
        if (something.IsCompletedSuccessfully) return something.Result;
        using var waiting = BeginWait(reason);
        return await something;
    }

    /// <inheritdoc cref="WaitAsync{T}"/>
    public async ValueTask WaitAsync(WaitReason reason, ValueTask something)
    {
        if (something.IsCompletedSuccessfully) return;
        using var waiting = BeginWait(reason);
        await something;
    }

    /// <summary>Says that something is waited for, until the result is disposed.</summary>
    public Waiting BeginWait(WaitReason reason)
    {
        _activity.OnWait(reason, 1);
        return new Waiting(this, reason, tracker.GetTimestamp());
    }

    internal void EndWait(WaitReason reason, long began)
    {
        _activity.OnWait(reason, -1);
        tracker.OnWaited(reason, began);
    }

    /// <summary>Waits for memory; the buffer's disposal gives it back.</summary>
    public async ValueTask<PooledBuffer> RentAsync(int size, CancellationToken cancellationToken)
    {
        var buffer = await WaitAsync(WaitReason.Memory, engine.Buffers.RentAsync(size, Quota, cancellationToken));
        _activity.OnBuffer();
        return buffer;
    }

    /// <inheritdoc cref="ActivityTracker.OnRead"/>
    public void OnRead(bool isAhead) => _activity.OnRead(isAhead);

    /// <summary>Says what the calling thread does, until the result is disposed. Waits are no work.</summary>
    public Working BeginWork(TransferWork work)
    {
        _activity.OnWork(work, 1);
        return new Working(_activity, work);
    }

    /// <summary>Waits for a connection, runs a storage request in it, and gives it back.</summary>
    public async Task<T> RequestAsync<T>(RequestLane lane, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        using var connected = await EnterAsync(lane, cancellationToken);
        return await connected.RunAsync(request);
    }

    /// <summary>Waits for a connection to run one storage request in; the result's disposal gives it back.</summary>
    public ValueTask<StorageRequest> EnterAsync(RequestLane lane, CancellationToken cancellationToken) =>
        WaitAsync(WaitReason.Connection, ConnectAsync(lane, cancellationToken));

    private async ValueTask<StorageRequest> ConnectAsync(RequestLane lane, CancellationToken cancellationToken)
    {
        await engine.Requests.EnterAsync(lane, Quota, cancellationToken);
        return new StorageRequest(engine, this);
    }

    internal void OnRequest(int change) => _activity.OnRequest(change);

    public TransferSnapshot GetSnapshot()
    {
        var total = Volatile.Read(ref _bytesTotal);
        var done = Volatile.Read(ref _bytesDone);
        return new TransferSnapshot(id, displayName, direction, _state, done, total < 0 ? null : total, _activity.WaitingFor);
    }
}

/// <summary>A wait that is under way. Disposed once.</summary>
internal readonly struct Waiting(TransferEntry entry, WaitReason reason, long began) : IDisposable
{
    public void Dispose() => entry.EndWait(reason, began);
}
