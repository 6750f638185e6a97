namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// Buffers of the engine. Used ones and kept ones together never exceed the memory budget. Large ones are pinned, so
/// that sockets and files work on them in place and the collector never moves them. Thread-safe.
/// </summary>
/// <param name="allocate">Makes a new array; null: as it is done. Tests have no memory there.</param>
internal sealed class BufferPool(MemoryBudget budget, Func<int, byte[]>? allocate = null)
{
    private const int SmallestBucket = 64 << 10;
    private const int BucketStep = 4 << 20;

    // Room for the padding of a last part, or the preceding block of a chunk, beyond a round size.
    private const int Margin = 32;

    private readonly object _lock = new();
    private readonly Dictionary<int, Stack<byte[]>> _free = [];
    private long _freeBytes;

    /// <summary>Waits for memory. The buffer is at least <paramref name="size"/> bytes; its content is arbitrary.</summary>
    public async ValueTask<PooledBuffer> RentAsync(int size, FileQuota file, CancellationToken cancellationToken)
    {
        var capacity = CapacityFor(size);
        await budget.ReserveAsync(capacity, file, cancellationToken);
        try
        {
            return new PooledBuffer(this, Take(capacity), file);
        }
        catch
        {
            // There is less memory than the budget says; those who wait for what was reserved must not wait for ever.
            budget.Release(capacity, file);
            throw;
        }
    }

    /// <summary>Bytes that a buffer of this size really takes.</summary>
    public static int CapacityFor(int size)
    {
        var content = Math.Max(size - Margin, SmallestBucket);
        content = content <= BucketStep
            ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)content)
            : checked((content + BucketStep - 1) / BucketStep * BucketStep);
        return content + Margin;
    }

    private byte[] Take(int capacity)
    {
        lock (_lock)
        {
            if (_free.TryGetValue(capacity, out var kept) && kept.TryPop(out var array))
            {
                _freeBytes -= capacity;
                return array;
            }

            // The new array takes the place of kept ones of other sizes when they would not fit side by side.
            while (_freeBytes > 0 && budget.Reserved + _freeBytes > budget.Limit) DropOne();
        }

        return allocate is not null ? allocate(capacity) : GC.AllocateUninitializedArray<byte>(capacity, pinned: capacity > SmallestBucket + Margin);
    }

    private void DropOne()
    {
        foreach (var (capacity, kept) in _free)
        {
            if (!kept.TryPop(out _)) continue;
            _freeBytes -= capacity;
            return;
        }
    }

    internal void Return(byte[] array, FileQuota file)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(array.Length, out var kept)) _free[array.Length] = kept = new Stack<byte[]>();
            kept.Push(array);
            _freeBytes += array.Length;
        }

        budget.Release(array.Length, file);
    }
}
