using System.Net;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Networking;

/// <summary>
/// What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say, in upper or lower case, the upper one first. Read by ourselves, because .NET knows no CIDR
/// block in NO_PROXY and the settings must mean the same as in the Go tool.
/// </summary>
internal sealed record EnvironmentProxies(EnvironmentProxies.Entry? Http, EnvironmentProxies.Entry? Https, string NoProxy)
{
    private const int SocksPort = 1080;

    /// <param name="Address">Without user and password.</param>
    public sealed record Entry(Uri Address, NetworkCredential? Credential);

    /// <exception cref="RescaleException">ProxyInvalid for a variable that is not the address of a proxy; it names the variable only, as its
    /// value may hold a password.</exception>
    public static EnvironmentProxies Read(Func<string, string?> environment)
        => new(Parse("HTTP_PROXY", environment), Parse("HTTPS_PROXY", environment), Get("NO_PROXY", environment) ?? "");

    private static string? Get(string name, Func<string, string?> environment)
    {
        var value = environment(name);
        if (string.IsNullOrWhiteSpace(value))
            value = environment(name.ToLowerInvariant());
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    private static Entry? Parse(string name, Func<string, string?> environment)
    {
        if (Get(name, environment) is not { } text)
            return null;
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (!Uri.TryCreate(full, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "socks5") || address.Host.Length == 0
            || CutsUserInfo(full))
        {
            throw new RescaleException(
                ErrorIds.ProxyInvalid, ErrorKind.InvalidInput, $"The environment variable {name} is not the address of a proxy.",
                "Set it to http://host:port; in a user name or password write \\ as %5C, / as %2F, @ as %40 and the like. Or give the proxy with -ProxyMode Basic or Ntlm and -ProxyHost.");
        }

        // The handler quotes the address in its messages, so user and password must not be in it.
        return new Entry(new UriBuilder(address.Scheme, address.Host, address.Port < 0 ? SocksPort : address.Port).Uri, CredentialOf(address.UserInfo));
    }

    /// <summary>Whether a sign that ends the host stands in front of the user's @: CORP\alice:pw@proxy:3128 would be read as the host CORP.</summary>
    private static bool CutsUserInfo(string address)
    {
        var rest = address.AsSpan(address.IndexOf("://", StringComparison.Ordinal) + 3);
        var end = rest.IndexOfAny(@"\/?#");
        return end >= 0 && (rest[end] == '\\' || rest[end..].Contains('@'));
    }

    private static NetworkCredential? CredentialOf(string userInfo)
    {
        if (userInfo.Length == 0)
            return null;
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new NetworkCredential(Uri.UnescapeDataString(userInfo), "")
            : new NetworkCredential(Uri.UnescapeDataString(userInfo[..colon]), Uri.UnescapeDataString(userInfo[(colon + 1)..]));
    }
}
