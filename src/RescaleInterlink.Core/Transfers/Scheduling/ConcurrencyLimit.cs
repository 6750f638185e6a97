namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>Limits how much happens at once, first come first served. Thread-safe.</summary>
internal sealed class ConcurrencyLimit(int limit) : IDisposable
{
    private readonly SemaphoreSlim _free = new(limit, limit);

    public async ValueTask<Slot> EnterAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Slot(_free);
    }

    public void Dispose() => _free.Dispose();

    /// <summary>One of the places; leaving twice is harmless.</summary>
    internal sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
