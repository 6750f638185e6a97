using System.Net;
using System.Net.Security;
using System.Security.Authentication;

namespace RescaleInterlink.Networking;

/// <summary>How HTTP is made for API and storage alike. Time-outs, TLS, no redirects; it repeats nothing.</summary>
/// <remarks>Dial 30 s, idle 90 s, 100 connections per host (interop: constants of the Go tool).</remarks>
public static class HttpTransport
{
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(90);
    public const int ConnectionsPerHost = 100;

    /// <param name="decompress">Accept and decode gzip. For the API only: a stored object must arrive as its bytes are.</param>
    public static SocketsHttpHandler Create(NetworkOptions options, bool decompress = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            // A session lives for days; without a limit it would keep to an address that DNS has long changed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            MaxConnectionsPerServer = ConnectionsPerHost,
            // A redirect is an error to report: following one could carry the key, or lose the body.
            AllowAutoRedirect = false,
            UseCookies = false,
            // What the environment says about proxies must not decide silently where keys and data go.
            UseProxy = false,
            AutomaticDecompression = decompress ? DecompressionMethods.GZip : DecompressionMethods.None,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = new ServerTrust(options.TrustedCertificatePath).Validate,
            },
        };
    }
}
