namespace RescaleInterlink.Networking;

/// <summary>How HTTP is made for API and storage alike. Time-outs, TLS, no cross-host redirects; it repeats nothing.</summary>
/// <remarks>Dial 30 s, TLS handshake 60 s, idle 90 s, 100 connections per host (interop: constants of the Go tool).</remarks>
public static class HttpTransport
{
    public static SocketsHttpHandler Create(NetworkOptions options) => throw new NotImplementedException();
}

/// <param name="TrustedCertificatePath">PEM file of one more certificate to trust, used for loopback hosts only (the sandbox's own).</param>
public sealed record NetworkOptions(string? TrustedCertificatePath = null);
