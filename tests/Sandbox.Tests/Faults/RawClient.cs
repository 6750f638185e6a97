using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RescaleInterlink.Sandbox.Tests.Faults;

/// <summary>A bare socket: what it sees is what was on the wire.</summary>
internal sealed class RawClient : IDisposable
{
    private bool _resetWhileSending;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawClient> ConnectAsync(string url)
    {
        var client = new RawClient { Host = new Uri(url).Authority };
        await client._socket.ConnectAsync(IPAddress.Loopback, new Uri(url).Port);
        return client;
    }

    /// <summary>Address and port, as it goes into the Host header.</summary>
    public string Host { get; private init; } = "";

    /// <summary>Sends a request line with headers, and the body as it is.</summary>
    public async Task SendAsync(string requestLine, string headers, byte[]? body = null)
    {
        string head = $"{requestLine} HTTP/1.1\r\nHost: {Host}\r\n{headers}";
        if (body is not null)
            head += $"Content-Length: {body.Length}\r\n";
        await SendRawAsync(Encoding.Latin1.GetBytes(head + "\r\n"));
        if (body is not null)
            await SendRawAsync(body);
    }

    public async Task SendRawAsync(byte[] bytes)
    {
        try
        {
            for (int sent = 0; sent < bytes.Length;)
                sent += await _socket.SendAsync(bytes.AsMemory(sent), TestContext.Current.CancellationToken);
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // The server was faster. Once the reset has been told here, reading sees a plain end.
            _resetWhileSending = true;
        }
    }

    /// <summary>Reads to the end of the connection, however it ends.</summary>
    public async Task<WireResult> ReadToEndAsync()
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[8192];
        bool reset = _resetWhileSending;
        try
        {
            while (await ReceiveAsync(buffer) is > 0 and var read)
                bytes.Write(buffer, 0, read);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionReset)
        {
            reset = true;
        }

        return WireResult.Parse(bytes.ToArray(), reset);
    }

    /// <summary>Reads one answer by its Content-Length and leaves the connection open.</summary>
    public async Task<WireResult> ReadAnswerAsync()
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[8192];
        WireResult result;
        do
        {
            int read = await ReceiveAsync(buffer);
            Assert.True(read > 0, "The connection ended before its answer did.");
            bytes.Write(buffer, 0, read);
            result = WireResult.Parse(bytes.ToArray(), false);
        }
        while (result.Status == 0 || result.Body.Length < result.ContentLength);
        return result;
    }

    /// <summary>Reads until so much of the body is there.</summary>
    public async Task<WireResult> ReadUntilAsync(int bodyLength)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[8192];
        WireResult result;
        do
        {
            int read = await ReceiveAsync(buffer);
            Assert.True(read > 0, "The connection ended.");
            bytes.Write(buffer, 0, read);
            result = WireResult.Parse(bytes.ToArray(), false);
        }
        while (result.Status == 0 || result.Body.Length < bodyLength);
        return result;
    }

    /// <summary>Bytes that can be read at this moment.</summary>
    public int Available => _socket.Available;

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReceiveAsync(byte[] buffer)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Support.ApiClient.Patience);
        return await _socket.ReceiveAsync(buffer, patience.Token);
    }
}

/// <summary>What came over the wire.</summary>
/// <param name="Status">0 when no whole head came.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">All bytes behind the head.</param>
/// <param name="Reset">The connection ended by a TCP RST.</param>
internal sealed record WireResult(int Status, string Head, byte[] Body, bool Reset)
{
    public int ContentLength => Head.Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(line => int.Parse(line[15..])).FirstOrDefault();
    public string Text => Encoding.UTF8.GetString(Body);
    public bool IsEmpty => Head.Length == 0 && Body.Length == 0;

    public static WireResult Parse(byte[] bytes, bool reset)
    {
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return new WireResult(0, Encoding.Latin1.GetString(bytes), [], reset);
        string head = Encoding.Latin1.GetString(bytes, 0, end);
        return new WireResult(int.Parse(head.Split(' ')[1]), head, bytes[(end + 4)..], reset);
    }
}
