using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Networking;

/// <summary>How HTTP is made for API and storage alike. Proxy, time-outs, TLS, no redirects, HTTP/1.1; it repeats nothing.</summary>
/// <remarks>Dial 30 s, idle 90 s, 100 connections per host (interop: constants of the Go tool). HTTP/2 is not spoken, because requests ask
/// for 1.1: many connections carry more than one, and proxies that inspect TLS break it.</remarks>
public static class HttpTransport
{
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(90);
    public const int ConnectionsPerHost = 100;

    /// <param name="decompress">Accept and decode gzip. For the API only: a stored object must arrive as its bytes are.</param>
    /// <exception cref="RescaleException">ProxyInvalid, NtlmNotAllowed.</exception>
    public static HttpMessageHandler Create(NetworkOptions options, bool decompress = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        var route = ProxyRoute.From(options.Proxy);
        var guarded = new RedirectGuard(CreateSockets(options, route, decompress));
        return route is null ? guarded : new ProxyGuard(route, guarded);
    }

    internal static SocketsHttpHandler CreateSockets(NetworkOptions options, ProxyRoute? route = null, bool decompress = false)
    {
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
            // Without a route the environment must not decide silently where keys and data go.
            UseProxy = route is not null,
            Proxy = route,
            AutomaticDecompression = decompress ? DecompressionMethods.GZip : DecompressionMethods.None,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = new ServerTrust(options.TrustedCertificatePath).Validate,
            },
        };
    }
}
