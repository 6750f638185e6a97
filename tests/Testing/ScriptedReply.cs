using System.Net.Sockets;
using System.Text;

namespace RescaleInterlink.Testing;

/// <summary>What a <see cref="ScriptedServer"/> does with one request.</summary>
public sealed class ScriptedReply(Socket socket, NetworkStream stream, CancellationToken end)
{
    internal bool Closed { get; private set; }

    /// <param name="headers">Whole lines.</param>
    public Task JsonAsync(int status, string body, params string[] headers)
        => SendAsync(status, Encoding.UTF8.GetBytes(body), [.. headers, "Content-Type: application/json"]);

    public async Task SendAsync(int status, byte[] body, params string[] headers)
    {
        await RawAsync(Head(status, body.Length, headers));
        await stream.WriteAsync(body, end);
    }

    /// <summary>Promises more bytes than it sends, then cuts the connection.</summary>
    public async Task TruncatedAsync(int status, byte[] body, int promised)
    {
        await RawAsync(Head(status, promised, ["Content-Type: application/json"]));
        await stream.WriteAsync(body, end);
        Close();
    }

    public Task RawAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), end).AsTask();

    /// <summary>Ends the connection as a server does that has had enough.</summary>
    public void Close()
    {
        Closed = true;
        socket.Shutdown(SocketShutdown.Both);
    }

    /// <summary>Ends the connection with a TCP reset.</summary>
    public Task ResetAsync()
    {
        Closed = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return Task.CompletedTask;
    }

    /// <summary>Says nothing until the test is over.</summary>
    public Task StallAsync() => Task.Delay(Timeout.Infinite, end);

    private static string Head(int status, int length, string[] headers)
        => $"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{string.Concat(headers.Select(static h => h + "\r\n"))}\r\n";
}
