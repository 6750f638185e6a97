using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RescaleInterlink.Testing;

/// <summary>One request as it came off the socket.</summary>
/// <param name="Connection">1 for the first accepted connection.</param>
public sealed record ScriptedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, int Connection)
{
    public string BodyText => Encoding.UTF8.GetString(Body);
}

/// <summary>
/// A loopback HTTP server at the level of the socket, for what no well-behaved server does: it resets, stalls, lies and cuts.
/// </summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private static readonly ConcurrentBag<Socket> Closed = [];

    private readonly TcpListener _listener;
    private readonly Func<ScriptedRequest, ScriptedReply, Task> _script;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly Task _accepting;
    private int _count;

    /// <param name="script">Answers one request; called concurrently for several connections.</param>
    public ScriptedServer(Func<ScriptedRequest, ScriptedReply, Task> script)
    {
        _script = script;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>All requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>A server that gives these answers in turn, and the last one for ever.</summary>
    public static ScriptedServer InTurn(params Func<ScriptedReply, Task>[] answers)
    {
        var turn = -1;
        return new ScriptedServer((_, reply) => answers[Math.Min(Interlocked.Increment(ref turn), answers.Length - 1)](reply));
    }

    /// <summary>An address at which nobody listens, nor will: its port is kept until the tests end, as the next to ask for one could be given it.</summary>
    public static Uri ClosedPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Closed.Add(socket);
        return new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_end.Token);
                socket.NoDelay = true;
                _connections.Add(ServeAsync(socket, ++_count));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The end of the test; a listener that has stopped calls it an invalid operation.
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        using (socket)
        {
            try
            {
                await using var stream = new NetworkStream(socket);
                while (await ReadRequestAsync(stream, connection) is { } request)
                {
                    _requests.Enqueue(request);
                    var reply = new ScriptedReply(socket, stream, _end.Token);
                    await _script(request, reply);
                    if (reply.Closed)
                        return;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<ScriptedRequest?> ReadRequestAsync(NetworkStream stream, int connection)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
                return null;
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var start = lines[0].Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        if (headers.ContainsKey("Expect"))
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _end.Token);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, System.Globalization.CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _end.Token);
        return new ScriptedRequest(start[0], start[1], headers, body, connection);
    }
}
