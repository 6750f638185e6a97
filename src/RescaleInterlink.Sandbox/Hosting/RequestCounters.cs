using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>How often each route was asked, and how many bytes of bodies went in and out, by listener. Tests read them.</summary>
internal sealed class RequestCounters
{
    private readonly ConcurrentDictionary<string, long> _requests = new(StringComparer.Ordinal);
    private long _bytesIn;
    private long _bytesOut;

    /// <param name="method">HTTP method.</param>
    /// <param name="route">Template of the API's route, or name of the S3 operation.</param>
    public void Count(string method, string route) => _requests.AddOrUpdate($"{method} {route}", 1, static (_, count) => count + 1);

    public void AddIn(long bytes) => Interlocked.Add(ref _bytesIn, bytes);

    public void AddOut(long bytes) => Interlocked.Add(ref _bytesOut, bytes);

    public JsonObject View() => new()
    {
        ["requests"] = new JsonObject(_requests.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["bytesIn"] = Interlocked.Read(ref _bytesIn),
        ["bytesOut"] = Interlocked.Read(ref _bytesOut),
    };

    public void Reset()
    {
        _requests.Clear();
        Interlocked.Exchange(ref _bytesIn, 0);
        Interlocked.Exchange(ref _bytesOut, 0);
    }
}
