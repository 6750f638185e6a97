namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// Bytes that may be in buffers. They are reserved before any I/O, first come first served, so that a large request is
/// not overtaken for ever by small ones; a part of them is kept for files that hold none. Thread-safe.
/// </summary>
/// <param name="kept">Bytes that only a file without any buffer may take, so that stalled ones never hold up every other.</param>
internal sealed class MemoryBudget(long limit, long kept = 0)
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
    public async ValueTask ReserveAsync(long bytes, FileQuota file, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, limit);
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            node = _waiters.AddLast(new Waiter(bytes, file));
            GrantWaiters();
            if (node.List is null) return;
        }

        await using (cancellationToken.UnsafeRegister(_ => GiveUp(node, cancellationToken), null))
            await node.Value.Granted.Task;
    }

    public void Release(long bytes, FileQuota file)
    {
        lock (_lock)
        {
            _reserved -= bytes;
            file.Memory -= bytes;
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
        var keptOnly = false;
        for (var node = _waiters.First; node is not null;)
        {
            var next = node.Next;
            var (bytes, file) = (node.Value.Bytes, node.Value.File);
            var first = file.Memory == 0;
            if (first && _reserved + bytes > limit) return;
            if (!first && (keptOnly || _reserved + bytes > limit - kept))
            {
                // Those behind it may take what it may not.
                keptOnly = true;
            }
            else
            {
                _waiters.Remove(node);
                _reserved += bytes;
                file.Memory += bytes;
                if (_reserved > _peak) _peak = _reserved;
                node.Value.Granted.TrySetResult();
            }

            node = next;
        }
    }

    private sealed record Waiter(long Bytes, FileQuota File)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
