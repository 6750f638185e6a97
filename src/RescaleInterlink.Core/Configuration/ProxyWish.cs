using System.Net;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Configuration;

/// <summary>What a command says about the proxy; everything may be missing, and is then as the settings have it.</summary>
public sealed record ProxyWish
{
    public ProxyMode? Mode { get; init; }
    public string? Host { get; init; }
    public int? Port { get; init; }
    public NetworkCredential? Credential { get; init; }
    public bool UseDefaultCredentials { get; init; }
    public string? NoProxy { get; init; }
    public bool? WarmUp { get; init; }

    /// <summary>Whether it names a proxy, and does not only add to the one of the settings.</summary>
    private bool IsNamed => Mode is not null || Host is not null;

    private bool IsEmpty => this == new ProxyWish();

    /// <returns>Null for none. A proxy that only the settings name is not for this machine's own addresses.</returns>
    /// <exception cref="RescaleException">ProxyInvalid when something is said about a proxy, and there is none.</exception>
    public ProxySettings? Apply(RescaleConfiguration configuration, Uri platform)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var configured = configuration.Proxy;
        if (IsEmpty && PlatformAddress.IsLoopback(platform))
            return null;
        var mode = Mode ?? ModeFor(configured);
        if (mode == ProxyMode.None)
            return IsEmpty || Mode is not null ? null : throw Nothing();
        return new ProxySettings(mode, Host ?? configuration[ConfigurationKeys.ProxyHost].Text, Port ?? (int)((long?)configuration[ConfigurationKeys.ProxyPort].Value ?? 0))
        {
            Credential = Credential,
            UseDefaultCredentials = UseDefaultCredentials,
            NoProxy = NoProxy ?? configuration[ConfigurationKeys.NoProxy].Text,
            WarmUp = WarmUp ?? configured?.WarmUp == true,
            SkipsLoopback = !IsNamed,
        };
    }

    /// <summary>A host alone is one of the kind that the settings name, else one with Basic; the user's own sign-on is always NTLM.</summary>
    private ProxyMode ModeFor(ProxySettings? configured)
    {
        var known = configured?.Mode ?? ProxyMode.None;
        if (UseDefaultCredentials && (Host is not null || known is ProxyMode.Basic))
            return ProxyMode.Ntlm;
        return Host is null || known is ProxyMode.Basic or ProxyMode.Ntlm ? known : ProxyMode.Basic;
    }

    private static RescaleException Nothing() => new(
        ErrorIds.ProxyInvalid, ErrorKind.InvalidInput, "Something is said about a proxy, and neither the command nor the settings name one.",
        "Give -ProxyMode System, or -ProxyMode Basic or Ntlm with -ProxyHost.");
}
