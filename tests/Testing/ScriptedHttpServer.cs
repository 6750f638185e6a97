using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RescaleInterlink.Testing;

/// <summary>A request as it came over the wire.</summary>
public sealed record ScriptedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An answer, or what happens instead of one.</summary>
/// <param name="DeclaredLength">Content-Length to send when it shall differ from the body's.</param>
/// <param name="Reset">Reset the connection after the bytes that are given.</param>
/// <param name="Stall">Send nothing more after them, and keep the connection open.</param>
public sealed record ScriptedReply(
    int Status = 200, byte[]? Body = null, (string Name, string Value)[]? Headers = null, long? DeclaredLength = null,
    bool Reset = false, bool Stall = false, bool NoHead = false)
{
    public static ScriptedReply S3Error(int status, string code) =>
        new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>secret-free</Message></Error>"),
            [("Content-Type", "application/xml")]);

    public static ScriptedReply Xml(string body) => new(200, Encoding.UTF8.GetBytes(body), [("Content-Type", "application/xml")]);
}

/// <summary>A server that answers as a test scripts it, down to the socket. Loopback only.</summary>
public sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ScriptedRequest, int, ScriptedReply> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly Task _accepting;
    private int _count;

    /// <param name="script">Gets each request and its 0-based number.</param>
    public ScriptedHttpServer(Func<ScriptedRequest, int, ScriptedReply> script)
    {
        _script = script;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            await using var stream = client.GetStream();
            while (await ReadRequestAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                var reply = _script(request, Interlocked.Increment(ref _count) - 1);
                await SendAsync(stream, request, reply);
                if (reply.Stall) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                if (!reply.Reset) continue;
                client.Client.LingerState = new LingerOption(true, 0);
                client.Client.Close();
                return;
            }
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, which is what some tests are about.
        }
    }

    private async Task SendAsync(NetworkStream stream, ScriptedRequest request, ScriptedReply reply)
    {
        if (reply.NoHead) return;
        var body = reply.Body ?? [];
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Scripted\r\n");
        foreach (var (name, value) in reply.Headers ?? []) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.DeclaredLength ?? body.Length}\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), _stop.Token);
        if (request.Method != "HEAD") await stream.WriteAsync(body, _stop.Token);
    }

    private async Task<ScriptedRequest?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !(head[^1] == '\n' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        if (headers.TryGetValue("Expect", out _)) await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new ScriptedRequest(first[0], first[1], headers, body);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }
}
