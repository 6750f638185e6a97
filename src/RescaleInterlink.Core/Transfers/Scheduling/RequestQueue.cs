namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// The connections of a command, and who gets the next one: repeated requests, then short ones, then bodies; within a lane
/// those of larger files first, equals in the order they came. Nobody is overtaken for ever, and no file takes what
/// another one needs to go on at all. Thread-safe.
/// </summary>
internal sealed class RequestQueue(AdaptiveLimit limit)
{
    // Long enough for the lanes to have their way at the highest limit, short enough that nobody waits for minutes.
    private const int MostOvertakes = 128;

    private readonly object _lock = new();
    private readonly HashSet<FileQuota> _files = [];
    private readonly LinkedList<Waiter> _waiters = new();
    private int _inUse;
    private int _mostInUse;
    private long _granted;

    /// <summary>Most requests at once, now.</summary>
    public int Limit
    {
        get
        {
            lock (_lock) return limit.Current;
        }
    }

    /// <summary>Most requests there have ever been at once.</summary>
    public int MostInUse => Volatile.Read(ref _mostInUse);

    /// <summary>From now on, a connection is kept for this file whenever it has none.</summary>
    public void Open(FileQuota file)
    {
        lock (_lock) _files.Add(file);
    }

    /// <summary>The file has moved all its bytes; it may still make short requests.</summary>
    public void Close(FileQuota file)
    {
        lock (_lock)
        {
            if (_files.Remove(file)) Grant();
        }
    }

    /// <summary>Waits for a connection; <see cref="Leave"/> gives it back.</summary>
    public async ValueTask EnterAsync(RequestLane lane, FileQuota file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (_waiters.Count == 0 && MayTake(file))
            {
                Take(file);
                return;
            }

            node = _waiters.AddLast(new Waiter(lane, file, file.Size, _granted));
            file.WaitingRequests++;
            Grant();
        }

        if (node.Value.Granted.Task.IsCompleted) return;
        await using (cancellationToken.UnsafeRegister(_ => GiveUp(node, cancellationToken), null))
            await node.Value.Granted.Task;
    }

    public void Leave(FileQuota file)
    {
        lock (_lock)
        {
            _inUse--;
            file.Connections--;
            Grant();
        }
    }

    /// <summary>Bytes have moved, in either direction.</summary>
    public void OnBytes(int count)
    {
        lock (_lock)
        {
            var before = limit.Current;
            limit.OnBytes(count);
            if (limit.Current > before) Grant();
        }
    }

    /// <summary>The store has asked for fewer requests.</summary>
    public void OnThrottled()
    {
        lock (_lock) limit.OnThrottled();
    }

    public void OnTimedOut()
    {
        lock (_lock) limit.OnTimedOut();
    }

    private void GiveUp(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null) return;
            Remove(node);
            // It may have been what kept another file from more than its share.
            Grant();
        }

        node.Value.Granted.TrySetCanceled(cancellationToken);
    }

    private void Grant()
    {
        while (Next() is { } node)
        {
            Remove(node);
            Take(node.Value.File);
            node.Value.Granted.TrySetResult();
        }

        if (_waiters.Count > 0) limit.OnDemand();
    }

    private void Remove(LinkedListNode<Waiter> node)
    {
        _waiters.Remove(node);
        node.Value.File.WaitingRequests--;
    }

    private void Take(FileQuota file)
    {
        _granted++;
        file.Connections++;
        _mostInUse = Math.Max(_mostInUse, ++_inUse);
    }

    private LinkedListNode<Waiter>? Next()
    {
        if (_waiters.Count == 0 || _inUse > limit.Current) return null;
        var share = FairShare();
        LinkedListNode<Waiter>? best = null;
        LinkedListNode<Waiter>? beyondShare = null;
        for (var node = _waiters.First; node is not null; node = node.Next)
        {
            if (!MayTake(node.Value.File)) continue;
            ref var place = ref node.Value.Lane != RequestLane.Short && node.Value.File.Connections >= share ? ref beyondShare : ref best;
            if (place is null || Precedes(node.Value, place.Value)) place = node;
        }

        // More than its share is better than a connection that idles.
        return best ?? beyondShare;
    }

    /// <param name="later">One that came before <paramref name="other"/> is not asked about.</param>
    private bool Precedes(Waiter later, Waiter other)
    {
        if (_granted - other.Since >= MostOvertakes) return false;
        return later.Lane != other.Lane ? later.Lane < other.Lane : later.Size > other.Size;
    }

    private int FairShare()
    {
        var busy = 0;
        foreach (var file in _files) busy += file.Connections + file.WaitingRequests > 0 ? 1 : 0;
        return (int)Math.Ceiling(limit.Current / (double)Math.Max(busy, 1));
    }

    private bool MayTake(FileQuota file)
    {
        if (file.Connections > 0)
        {
            // One is kept for whoever has none, so that no number of stalled requests can hold up every other file.
            var kept = limit.Current > 1 && _files.Any(other => other.Connections == 0) ? 1 : 0;
            return _inUse + kept < limit.Current;
        }

        // A file that had all of them while it was alone may have stalled; a newcomer does not wait for its time-outs.
        return _inUse < limit.Current
            || (_inUse == limit.Current && _inUse < AdaptiveLimit.Most && !limit.IsFixed && _files.Any(other => other.Connections > 1));
    }

    private sealed record Waiter(RequestLane Lane, FileQuota File, long Size, long Since)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
