using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Networking;

/// <summary>Which certificates are believed, against a real TLS server on this machine.</summary>
public sealed class ServerTrustTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_given_certificate_is_believed()
    {
        using var own = Make("127.0.0.1");
        await using var server = new TlsServer(own);
        using var client = ClientFor(server, own);
        Assert.Equal("f1", (await client.Files.GetAsync("f1", default)).Id);
    }

    [Fact]
    public async Task Old_TLS_is_not_offered_and_HTTP_2_not_spoken_even_to_a_server_that_prefers_it()
    {
        using var own = Make("127.0.0.1");
        await using var server = new TlsServer(own);
        using var client = ClientFor(server, own);
        await client.Files.GetAsync("f1", default);
        Assert.NotEqual(SslApplicationProtocol.Http2, server.Spoken);
        Assert.Contains(server.Tls, new[] { SslProtocols.Tls12, SslProtocols.Tls13 });
        using var sockets = HttpTransport.CreateSockets(new NetworkOptions());
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, sockets.SslOptions.EnabledSslProtocols);
    }

    [Fact]
    public async Task Without_it_or_with_another_one_the_server_is_refused_at_once()
    {
        using var own = Make("127.0.0.1");
        using var other = Make("127.0.0.1");
        await using var server = new TlsServer(own);
        foreach (var trusted in new[] { null, other })
        {
            using var client = ClientFor(server, trusted);
            var before = server.Handshakes;
            var error = await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default));
            Assert.Equal(ErrorIds.CertificateRejected, error.ErrorId);
            Assert.Equal(ErrorBehavior.Fatal, error.Behavior);
            Assert.Equal(before + 1, server.Handshakes);
        }
    }

    [Fact]
    public async Task The_given_certificate_does_not_excuse_a_wrong_name()
    {
        using var own = Make("192.0.2.1");
        await using var server = new TlsServer(own);
        using var client = ClientFor(server, own);
        Assert.Equal(ErrorIds.CertificateRejected, (await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default))).ErrorId);
    }

    [Fact]
    public async Task The_given_certificate_is_of_no_use_to_another_host()
    {
        using var own = Make("platform.rescale.com");
        await using var server = new TlsServer(own);
        using var handler = HttpTransport.CreateSockets(new NetworkOptions(Save(own)));
        // The name resolves to this machine, as by a forged answer of the name server.
        handler.ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server.EndPoint, token);
            return new NetworkStream(socket, ownsSocket: true);
        };
        using var client = new RescaleClient(new Uri("https://platform.rescale.com/"), new ApiKey("k"), handler);
        Assert.Equal(ErrorIds.CertificateRejected, (await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default))).ErrorId);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_missing_certificate_file_believes_nothing()
    {
        using var own = Make("127.0.0.1");
        await using var server = new TlsServer(own);
        using var client = new RescaleClient(server.Url, new ApiKey("k"), HttpTransport.Create(new NetworkOptions(_folder.File("none.pem"))));
        Assert.Equal(ErrorIds.CertificateRejected, (await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default))).ErrorId);
    }

    private RescaleClient ClientFor(TlsServer server, X509Certificate2? trusted)
        => new(server.Url, new ApiKey("k"), HttpTransport.Create(new NetworkOptions(trusted is null ? null : Save(trusted))));

    private string Save(X509Certificate2 certificate)
    {
        var path = _folder.File(certificate.Thumbprint + ".pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    private static X509Certificate2 Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class TlsServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly X509Certificate2 _certificate;
        private readonly Task _serving;

        public TlsServer(X509Certificate2 certificate)
        {
            _certificate = certificate;
            _listener.Start();
            _serving = ServeAsync();
        }

        public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;
        public Uri Url => new($"https://127.0.0.1:{EndPoint.Port}/");
        public int Handshakes { get; private set; }
        public SslApplicationProtocol Spoken { get; private set; }
        public SslProtocols Tls { get; private set; }
        public List<string> Requests { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Stop();
            await _serving;
            _end.Dispose();
        }

        private async Task ServeAsync()
        {
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    using var socket = await _listener.AcceptSocketAsync(_end.Token);
                    Handshakes++;
                    await using var tls = new SslStream(new NetworkStream(socket));
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = _certificate,
                        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                    }, _end.Token);
                    (Spoken, Tls) = (tls.NegotiatedApplicationProtocol, tls.SslProtocol);
                    using var reader = new StreamReader(tls);
                    if (await reader.ReadLineAsync(_end.Token) is not { } first)
                        continue;
                    Requests.Add(first);
                    while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
                    {
                    }

                    await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"id\":\"f1\"}"u8.ToArray(), _end.Token);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or SocketException)
                {
                    // The client refused us, which is the point, or the test is over.
                }
            }
        }
    }
}
