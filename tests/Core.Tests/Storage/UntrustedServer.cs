using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>A TLS server with a certificate that nobody knows. It takes one connection, and its end checks that it was turned away.</summary>
internal sealed class UntrustedServer : IAsyncDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public UntrustedServer()
    {
        _certificate = new CertificateRequest("CN=somebody", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _listener.Start();
        Url = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _serving = Task.Run(ServeAsync);
    }

    public Uri Url { get; }

    private async Task ServeAsync()
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        // The client hangs up in the middle of the handshake, or right after it.
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsServerAsync(_certificate);
            await tls.ReadExactlyAsync(new byte[1]);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _serving.WaitAsync(TestPatience.Long);
        _listener.Stop();
        _certificate.Dispose();
        _key.Dispose();
    }
}
