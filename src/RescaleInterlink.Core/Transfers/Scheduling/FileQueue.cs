namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>The places for files in flight. Of those that wait, the largest gets the next one; equals in the order they came. Thread-safe.</summary>
internal sealed class FileQueue(int places)
{
    private readonly object _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, (long Size, long Arrival)> _waiting = new(Comparer<(long Size, long Arrival)>.Create(
        (one, other) => one.Size != other.Size ? other.Size.CompareTo(one.Size) : one.Arrival.CompareTo(other.Arrival)));
    private int _free = places;
    private long _arrivals;

    /// <param name="size">Bytes of the file; null when unknown, which may be any number.</param>
    public async ValueTask<Place> EnterAsync(long? size, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }

            _waiting.Enqueue(granted, (size ?? long.MaxValue, _arrivals++));
        }

        await using (cancellationToken.UnsafeRegister(_ => granted.TrySetCanceled(cancellationToken), null)) await granted.Task;
        return new Place(this);
    }

    private void Leave()
    {
        lock (_lock)
        {
            // One that has given up is passed over.
            while (_waiting.TryDequeue(out var next, out _))
                if (next.TrySetResult()) return;
            _free++;
        }
    }

    /// <summary>Leaving twice is harmless.</summary>
    internal sealed class Place(FileQueue queue) : IDisposable
    {
        private FileQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Leave();
    }
}
