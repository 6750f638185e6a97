using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Configuration;

/// <summary>The allow-list of platforms (interop files 2): nothing is ever sent to another host.</summary>
public static class PlatformAddress
{
    /// <summary>The addresses a key may be sent to, the default one first.</summary>
    public static IReadOnlyList<string> KnownPlatforms { get; } =
    [
        "https://platform.rescale.com",
        "https://kr.rescale.com",
        "https://platform.rescale.jp",
        "https://eu.rescale.com",
        "https://itar.rescale.com",
        "https://itar.rescale-gov.com",
    ];

    private static readonly HashSet<string> Hosts =
        new(KnownPlatforms.Select(static known => new Uri(known).Host), StringComparer.OrdinalIgnoreCase);

    /// <summary>https and known hosts only; plain http or any port only for a loopback address.</summary>
    /// <param name="text">With or without a scheme; one trailing slash is allowed, a path, query, fragment or user is not.</param>
    /// <returns>Scheme, host and port with the path <c>/</c>.</returns>
    /// <exception cref="RescaleException">PlatformNotAllowed.</exception>
    public static Uri Parse(string text)
    {
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length == 0)
            throw Refused("The platform address is empty.");
        var full = trimmed.Contains("://", StringComparison.Ordinal) ? trimmed : "https://" + trimmed;
        if (!Uri.TryCreate(full, UriKind.Absolute, out var address))
            throw Refused("The platform address is not a URL.");
        // Judged by what was typed: Uri hides a default port, and "#" or "?" with nothing behind it.
        var rest = full[(full.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (rest.EndsWith('/'))
            rest = rest[..^1];
        if (rest.AsSpan().ContainsAny("/\\?#@"))
            throw Refused("The platform address must be a scheme and a host only, without path, query or user name.");
        if (IsLoopback(address))
        {
            if (address.Scheme is "http" or "https")
                return new Uri(address.GetLeftPart(UriPartial.Authority) + "/");
            throw Refused($"The scheme '{address.Scheme}' is not supported.");
        }

        if (address.Scheme != "https")
            throw Refused($"Plain {address.Scheme} is allowed for a loopback address only; {address.Host} must be reached by https.");
        if (!Hosts.Contains(rest))
            throw Refused($"'{Redaction.Redact(rest)}' is not a Rescale platform.");
        return new Uri("https://" + address.Host.ToLowerInvariant() + "/");
    }

    /// <summary>127.0.0.0/8, ::1 or <c>localhost</c>.</summary>
    public static bool IsLoopback(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Loopback.IsHost(address.Host);
    }

    /// <summary>Whether an address may be the storage's: https, or plain http on this machine, without a user name.</summary>
    public static bool IsStorageAllowed(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.IsAbsoluteUri && endpoint.UserInfo.Length == 0
            && (endpoint.Scheme == Uri.UriSchemeHttps || (endpoint.Scheme == Uri.UriSchemeHttp && IsLoopback(endpoint)));
    }

    /// <summary>ITAR platforms require the storage's FIPS endpoints (interop storage 7.1).</summary>
    public static bool RequiresFips(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Host is "itar.rescale.com" or "itar.rescale-gov.com";
    }

    /// <summary>The FedRAMP platform (FRM): the host <c>rescale-gov.com</c> and all beneath it (interop files 2).</summary>
    public static bool IsGovernment(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Host == "rescale-gov.com" || address.Host.EndsWith(".rescale-gov.com", StringComparison.Ordinal);
    }

    private static RescaleException Refused(string message) => new(
        ErrorIds.PlatformNotAllowed,
        ErrorKind.InvalidInput,
        message,
        $"Use one of {string.Join(", ", KnownPlatforms)}, or a loopback address of a sandbox such as http://127.0.0.1:8080.");
}
