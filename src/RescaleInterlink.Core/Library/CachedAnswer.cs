namespace RescaleInterlink.Library;

/// <summary>An answer that is asked for once and good for some minutes. Any number of callers cause one call;
/// a failed one is not kept.</summary>
internal sealed class CachedAnswer<T>(Func<CancellationToken, Task<T>> ask, TimeSpan lifetime, TimeProvider time) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Entry? _entry;

    public async ValueTask<T> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh is { } ready)
            return ready;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Fresh is { } fetchedMeanwhile)
                return fetchedMeanwhile;
            var value = await ask(cancellationToken).ConfigureAwait(false);
            _entry = new Entry(value, time.GetTimestamp());
            return value;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private T? Fresh => _entry is { } entry && time.GetElapsedTime(entry.At) < lifetime ? entry.Value : null;

    private sealed record Entry(T Value, long At);
}
