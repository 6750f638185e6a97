using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>
/// The connection beneath an exchange, for answers that no well-behaved server would send. While the exchange is being handled nobody else writes to it.
/// Over plain http a reset is a TCP RST; over https the last bytes before it may be lost with it.
/// </summary>
internal sealed class Wire(HttpContext http)
{
    /// <summary>How long a client may take to notice a close: 5 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket = http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
    private readonly SslStream? _tls = http.Features.Get<ISslStreamFeature>()?.SslStream;

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_tls is not null)
        {
            await _tls.WriteAsync(bytes, http.RequestAborted);
            await _tls.FlushAsync(http.RequestAborted);
            return;
        }

        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, http.RequestAborted)..];
    }

    public void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }

        http.Abort();
    }

    /// <summary>An orderly end of what the server sends; then waits for the client to close too.</summary>
    public async Task CloseAsync(TimeProvider time)
    {
        try
        {
            if (_tls is not null)
                await _tls.ShutdownAsync();
            else
                _socket.Shutdown(SocketShutdown.Send);
            await Task.Delay(Patience, time, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or IOException)
        {
            // The client was faster.
        }

        http.Abort();
    }
}
