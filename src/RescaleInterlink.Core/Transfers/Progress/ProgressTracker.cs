namespace RescaleInterlink.Transfers.Progress;

/// <summary>Owns the numbers of one engine. Nothing is called back: whoever wants to show them asks. Thread-safe.</summary>
internal sealed class ProgressTracker(EngineResources engine, TimeProvider time)
{
    private const int ShownTransfers = 4;

    private readonly object _lock = new();
    private readonly HashSet<TransferEntry> _active = [];
    private readonly long[] _waited = new long[Enum.GetValues<WaitReason>().Length];
    private readonly long[] _moved = new long[Enum.GetValues<TransferDirection>().Length];
    private readonly SpeedMeter _speed = new(time);
    private int _files;
    private int _done;
    private int _failed;
    private long _bytesDone;
    private long _bytesTotal;

    public TransferEntry Add(string displayName, TransferDirection direction, long? bytesTotal)
    {
        var entry = new TransferEntry(engine, this, Interlocked.Increment(ref _files), displayName, direction);
        _speed.Start();
        if (bytesTotal is { } total) entry.SetTotal(total);
        return entry;
    }

    public ProgressSnapshot GetSnapshot()
    {
        TransferSnapshot[] shown;
        lock (_lock)
        {
            shown = _active.Select(entry => entry.GetSnapshot())
                .OrderByDescending(snapshot => snapshot.BytesTotal ?? snapshot.BytesDone)
                .ThenBy(snapshot => snapshot.Id)
                .Take(ShownTransfers)
                .ToArray();
        }

        var bytes = Volatile.Read(ref _bytesDone);
        return new ProgressSnapshot(
            Volatile.Read(ref _files), Volatile.Read(ref _done), Volatile.Read(ref _failed),
            bytes, Math.Max(Volatile.Read(ref _bytesTotal), bytes), _speed.Read().PerSecond, shown);
    }

    /// <summary>How long was waited for each thing, summed over everything that waited at the same time.</summary>
    public IReadOnlyDictionary<WaitReason, TimeSpan> GetWaits() => Enum.GetValues<WaitReason>()
        .Select(reason => (reason, Waited: TimeSpan.FromTicks(Interlocked.Read(ref _waited[(int)reason]))))
        .Where(wait => wait.Waited > TimeSpan.Zero)
        .ToDictionary(wait => wait.reason, wait => wait.Waited);

    internal long GetTimestamp() => time.GetTimestamp();

    internal void OnWaited(WaitReason reason, long began) => Interlocked.Add(ref _waited[(int)reason], time.GetElapsedTime(began).Ticks);

    /// <summary>Plaintext bytes that have moved, those that moved twice counted twice.</summary>
    public long GetMoved(TransferDirection direction) => Interlocked.Read(ref _moved[(int)direction]);

    /// <summary>What counts for the speed: every byte that moves, be it for the second time.</summary>
    internal void OnMoved(TransferDirection direction, long count)
    {
        Interlocked.Add(ref _moved[(int)direction], count);
        _speed.Add(count);
    }

    /// <summary>What counts as done: every byte once, also one that an earlier run has moved.</summary>
    internal void OnDone(long count) => Interlocked.Add(ref _bytesDone, count);

    internal void OnTotal(long change) => Interlocked.Add(ref _bytesTotal, change);

    internal void OnStarted(TransferEntry entry)
    {
        lock (_lock) _active.Add(entry);
    }

    internal void OnEnded(TransferEntry entry, TransferState state)
    {
        lock (_lock) _active.Remove(entry);
        if (state == TransferState.Completed) Interlocked.Increment(ref _done);
        else Interlocked.Increment(ref _failed);
    }
}
