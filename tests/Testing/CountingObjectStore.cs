using RescaleInterlink.Storage;

namespace RescaleInterlink.Testing;

/// <summary>Counts requests and bytes, and how many requests run at once.</summary>
public sealed class CountingObjectStore(IObjectStore inner) : DelegatingObjectStore(inner)
{
    private readonly int[] _requests = new int[Enum.GetValues<StoreOperation>().Length];
    private readonly long[] _bytes = new long[Enum.GetValues<StoreOperation>().Length];
    private readonly object _lock = new();
    private int _running;

    public int MostAtOnce { get; private set; }

    public int Requests(StoreOperation operation) => Volatile.Read(ref _requests[(int)operation]);

    public long Bytes(StoreOperation operation) => Volatile.Read(ref _bytes[(int)operation]);

    public int AllRequests => _requests.Sum();

    protected override async Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests[(int)operation]);
        lock (_lock) MostAtOnce = Math.Max(MostAtOnce, ++_running);
        try
        {
            // Lets others begin before this one ends, so that they are seen together.
            await Task.Yield();
            var result = await request();
            Interlocked.Add(ref _bytes[(int)operation], bytes);
            return result;
        }
        finally
        {
            lock (_lock) _running--;
        }
    }
}
