namespace RescaleInterlink.Networking;

/// <param name="TrustedCertificatePath">PEM file of one more certificate to trust, used for loopback hosts only (the sandbox's own).</param>
/// <param name="Proxy">Null for none.</param>
public sealed record NetworkOptions(string? TrustedCertificatePath = null, ProxySettings? Proxy = null);
