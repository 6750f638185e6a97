namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// Bytes that may be in buffers. They are reserved before any I/O, first come first served, so that a large request is
/// not overtaken for ever by small ones. Thread-safe.
/// </summary>
internal sealed class MemoryBudget(long limit)
{
    private readonly object _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _reserved;
    private long _peak;

    public long Limit => limit;

    public long Reserved => Volatile.Read(ref _reserved);

    /// <summary>Most bytes ever reserved at once.</summary>
    public long Peak => Volatile.Read(ref _peak);

    /// <summary>Whether someone waits, or soon would: three quarters are in use.</summary>
    public bool IsScarce
    {
        get
        {
            lock (_lock) return _waiters.Count > 0 || _reserved > limit / 4 * 3;
        }
    }

    /// <param name="bytes">Not more than the limit.</param>
    public async ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, limit);
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (_waiters.Count == 0 && _reserved + bytes <= limit)
            {
                Take(bytes);
                return;
            }

            node = _waiters.AddLast(new Waiter(bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        await using (cancellationToken.UnsafeRegister(_ => GiveUp(node, cancellationToken), null))
            await node.Value.Granted.Task;
    }

    public void Release(long bytes)
    {
        lock (_lock)
        {
            _reserved -= bytes;
            GrantWaiters();
        }
    }

    private void GiveUp(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null) return;
            _waiters.Remove(node);
            // Those behind a large request may fit now.
            GrantWaiters();
        }

        node.Value.Granted.TrySetCanceled(cancellationToken);
    }

    private void GrantWaiters()
    {
        while (_waiters.First is { } first && _reserved + first.Value.Bytes <= limit)
        {
            _waiters.RemoveFirst();
            Take(first.Value.Bytes);
            first.Value.Granted.TrySetResult();
        }
    }

    private void Take(long bytes)
    {
        _reserved += bytes;
        if (_reserved > _peak) _peak = _reserved;
    }

    private sealed record Waiter(long Bytes, TaskCompletionSource Granted);
}
