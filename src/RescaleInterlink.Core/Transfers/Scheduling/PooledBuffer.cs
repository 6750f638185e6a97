namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>A rented buffer and its share of the memory budget; both go back when it is disposed.</summary>
internal sealed class PooledBuffer(BufferPool pool, byte[] array, FileQuota file) : IDisposable
{
    private byte[]? _array = array;

    public Memory<byte> Memory => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } own) pool.Return(own, file);
    }
}
