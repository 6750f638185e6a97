using RescaleInterlink.Storage;

namespace RescaleInterlink.Testing;

/// <summary>Makes requests fail by rules and a seed: the same seed and order of requests fail in the same places.</summary>
public sealed class FaultInjectingObjectStore(IObjectStore inner, int seed, params StoreFault[] faults) : DelegatingObjectStore(inner)
{
    private readonly object _lock = new();
    private readonly Random _random = new(seed);
    private readonly int[] _seen = new int[faults.Length];
    private readonly int[] _hit = new int[faults.Length];
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _flips;

    /// <summary>Requests that were made to fail.</summary>
    public int Hits => _hit.Sum();

    /// <summary>Ends when the first request stalls.</summary>
    public Task Stalled => _stalled.Task;

    protected override async Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        var fault = Next(operation);
        switch (fault?.Kind)
        {
            case StoreFaultKind.Before:
                throw (fault.Failure ?? StoreFault.Reset)();
            case StoreFaultKind.LoseReply:
                await request();
                throw (fault.Failure ?? StoreFault.Reset)();
            case StoreFaultKind.Stall:
                _stalled.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return await request();
            case StoreFaultKind.FlipBit:
                Interlocked.Increment(ref _flips);
                return await request();
            case StoreFaultKind.Delay:
                await Task.Delay(1, cancellationToken);
                return await request();
            default:
                return await request();
        }
    }

    protected override void OnRead(long offset, Memory<byte> bytes)
    {
        if (bytes.Length == 0 || Interlocked.Exchange(ref _flips, 0) == 0) return;
        bytes.Span[bytes.Length / 2] ^= 0x10;
    }

    private StoreFault? Next(StoreOperation operation)
    {
        lock (_lock)
        {
            for (var i = 0; i < faults.Length; i++)
            {
                var fault = faults[i];
                if (fault.Operation != operation || _seen[i]++ < fault.Skip || _hit[i] >= fault.Times) continue;
                if (fault.Probability < 1 && _random.NextDouble() >= fault.Probability) continue;
                _hit[i]++;
                return fault;
            }

            return null;
        }
    }
}
