using System.Net;

namespace RescaleInterlink.Networking;

/// <summary>Where the proxy's address comes from, and how one signs on there (interop files 2).</summary>
public enum ProxyMode
{
    /// <summary>Straight to the server, whatever the environment says.</summary>
    None,

    /// <summary>HTTPS_PROXY, HTTP_PROXY and NO_PROXY.</summary>
    System,

    Basic,
    Ntlm,
}

/// <summary>The proxy for API and storage traffic alike; one place makes the connections of both (<see cref="HttpTransport"/>).</summary>
/// <param name="Mode">With <see cref="ProxyMode.None"/> and <see cref="ProxyMode.System"/> host and port are not used.</param>
/// <param name="Host">Name or address, without scheme.</param>
/// <param name="Port">0 for 8080.</param>
public sealed record ProxySettings(ProxyMode Mode, string Host = "", int Port = 0)
{
    public const int DefaultPort = 8080;

    /// <summary>Null when there is none. Never kept in a file.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>Sign on as the user who runs the process; NTLM only.</summary>
    /// <remarks>On Linux that needs a Kerberos ticket or gss-ntlmssp.</remarks>
    public bool UseDefaultCredentials { get; init; }

    /// <summary>Hosts that are spoken to directly, separated by commas: host, .suffix, address, CIDR block, *.</summary>
    public string NoProxy { get; init; } = string.Empty;

    /// <summary>
    /// Addresses of this machine are spoken to directly, as a sandbox's are. System mode always does so; a proxy that is named for one
    /// connection does not, unless this says so (a proxy from a configuration file, which is meant for the network outside).
    /// </summary>
    public bool SkipsLoopback { get; init; }

    /// <summary>Ask the platform once, without a key, before the first call, so that the proxy's answer is not taken for the platform's.</summary>
    public bool WarmUp { get; init; }

    // A record would print the credential's user; nothing of it belongs into a log.
    public override string ToString() => Mode is ProxyMode.Basic or ProxyMode.Ntlm ? $"{Mode} {Host}:{(Port == 0 ? DefaultPort : Port)}" : $"{Mode}";
}
