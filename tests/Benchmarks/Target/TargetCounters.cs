using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace RescaleInterlink.Benchmarks.Target;

/// <summary>What has come over the wire since it was last asked.</summary>
internal sealed class TargetCounters
{
    private readonly ConcurrentDictionary<string, long> _requests = new();
    private long _received;
    private long _sent;
    private long _firstPart;

    public void Begin(HttpRequest request)
    {
        _requests.AddOrUpdate(request.Method, 1, (_, count) => count + 1);
        // Bodies of objects only: what a resume wants to see is the first new byte of the file.
        if (HttpMethods.IsPut(request.Method) || request.Headers.ContainsKey("Range"))
            Interlocked.CompareExchange(ref _firstPart, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 0);
    }

    public void AddReceived(long bytes) => Interlocked.Add(ref _received, bytes);

    public void AddSent(long bytes) => Interlocked.Add(ref _sent, bytes);

    /// <summary>Tells, and begins anew.</summary>
    public CounterValues Take()
    {
        var requests = _requests.ToDictionary(pair => pair.Key, pair => pair.Value);
        _requests.Clear();
        return new CounterValues(requests, Interlocked.Exchange(ref _received, 0), Interlocked.Exchange(ref _sent, 0), Interlocked.Exchange(ref _firstPart, 0));
    }
}

/// <param name="Requests">By method.</param>
/// <param name="Received">Body bytes of uploads.</param>
/// <param name="Sent">Body bytes of downloads.</param>
/// <param name="FirstPart">Unix time in milliseconds of the first request that moved a part or a range; 0: none has.</param>
internal sealed record CounterValues(IReadOnlyDictionary<string, long> Requests, long Received, long Sent, long FirstPart);
