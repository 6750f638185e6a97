using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>
/// One bare Kestrel on one loopback port. Without the generic host the sandbox starts in half the time, and tests start many.
/// HTTP/1.1 only, as S3 speaks it and as the faults cut it.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly string _scheme;

    private Listener(KestrelServer server, string scheme, int port)
    {
        _server = server;
        _scheme = scheme;
        Port = port;
    }

    public int Port { get; }
    public string Url => $"{_scheme}://127.0.0.1:{Port}";

    /// <param name="port">0 for a free one.</param>
    /// <param name="certificate">Null for plain http.</param>
    /// <exception cref="SandboxStartException">The port is taken.</exception>
    public static async Task<Listener> StartAsync(string name, int port, X509Certificate2? certificate, RequestDelegate application, ILoggerFactory log, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        // A part may be 5 GiB, and how slow a client may be is not the server's to judge.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        ListenOptions? bound = null;
        if (certificate is not null)
            options.ApplicationServices = TlsServices.Create(log);
        options.Listen(IPAddress.Loopback, port, listen =>
        {
            bound = listen;
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
                listen.UseHttps(certificate);
        });

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), log);
        var server = new KestrelServer(Options.Create(options), transport, log);
        try
        {
            await server.StartAsync(new Application(application), cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            server.Dispose();
            throw new SandboxStartException(SandboxStartException.PortTaken, $"The {name} port {port} is taken by another program.", failure);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return new Listener(server, certificate is null ? "http" : "https", bound!.IPEndPoint!.Port);
    }

    public async ValueTask DisposeAsync()
    {
        // Requests under way get a second to end; what a stalled client holds is cut.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(patience.Token);
        _server.Dispose();
    }

    private sealed class Application(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
