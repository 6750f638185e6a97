using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RescaleInterlink.Networking;

/// <summary>
/// Hosts that are spoken to without the proxy, in the syntax of Go's httpproxy, which both tools share (interop files 2): a host with all that
/// is beneath it, <c>.suffix</c> or <c>*.suffix</c> for what is beneath it only, an address, a CIDR block, <c>*</c>; each but the last two also
/// with a port. Separated by commas; what cannot be read matches nothing.
/// </summary>
internal sealed class NoProxyRules
{
    private readonly List<Func<Target, bool>> _rules = [];

    private NoProxyRules()
    {
    }

    public static NoProxyRules Parse(string? text)
    {
        var rules = new NoProxyRules();
        foreach (var entry in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (RuleOf(entry) is { } rule)
                rules._rules.Add(rule);
        }

        return rules;
    }

    /// <param name="host">A name (in its ASCII form), or an address with or without brackets.</param>
    public bool Match(string host, int port)
    {
        var name = host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        var target = new Target(name, port, AddressOf(name));
        return _rules.Exists(rule => rule(target));
    }

    private static Func<Target, bool>? RuleOf(string entry)
    {
        if (entry == "*")
            return static _ => true;
        if (entry.Contains('/', StringComparison.Ordinal))
            return BlockOf(entry) is { } block ? target => target.Address is { } address && block(address) : null;
        var (host, portText) = Split(entry);
        if (host.Length == 0)
            return null;
        int? port = null;
        if (portText.Length > 0)
        {
            if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            port = number;
        }

        if (AddressOf(host) is { } single)
            return target => single.Equals(target.Address) && (port ?? target.Port) == target.Port;
        return NameRule(host, port);
    }

    private static Func<Target, bool>? NameRule(string host, int? port)
    {
        var alsoItself = host[0] is not ('.' or '*');
        var name = Ascii(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host.TrimStart('.'));
        if (name.Length == 0)
            return null;
        var suffix = "." + name;
        return target => target.Address is null
            && (port ?? target.Port) == target.Port
            && (target.Host.EndsWith(suffix, StringComparison.Ordinal) || (alsoItself && target.Host == name));
    }

    /// <summary>Whether an address is in the block. Bits behind the prefix are ignored, as Go does and .NET's IPNetwork does not.</summary>
    private static Func<IPAddress, bool>? BlockOf(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (AddressOf(entry[..slash], normalize: false) is not { } network
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            || bits > network.GetAddressBytes().Length * 8)
            return null;
        var wanted = network.GetAddressBytes();
        return address =>
        {
            var bytes = (address.AddressFamily == AddressFamily.InterNetwork && wanted.Length == 16 && network.IsIPv4MappedToIPv6 ? address.MapToIPv6() : address).GetAddressBytes();
            if (bytes.Length != wanted.Length)
                return false;
            for (var i = 0; i < bits; i++)
            {
                if (((bytes[i / 8] ^ wanted[i / 8]) & (0x80 >> (i % 8))) != 0)
                    return false;
            }

            return true;
        };
    }

    /// <summary>Host and port; a bare IPv6 address has no port.</summary>
    private static (string Host, string Port) Split(string entry)
    {
        if (entry.StartsWith('['))
        {
            var end = entry.IndexOf(']', StringComparison.Ordinal);
            if (end > 0 && (end == entry.Length - 1 || entry[end + 1] == ':'))
                return (entry[1..end], end == entry.Length - 1 ? "" : entry[(end + 2)..]);
        }

        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon == entry.LastIndexOf(':') ? (entry[..colon], entry[(colon + 1)..]) : (entry, "");
    }

    /// <summary>Null for a name. .NET alone would take <c>1</c> and <c>010.0.0.1</c> for addresses.</summary>
    private static IPAddress? AddressOf(string text, bool normalize = true)
    {
        var parts = text.Split('.');
        var isAddress = text.Contains(':', StringComparison.Ordinal)
            || (parts.Length == 4 && Array.TrueForAll(parts, static part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0')));
        if (!isAddress || !IPAddress.TryParse(text, out var address))
            return null;
        return normalize && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static string Ascii(string host)
    {
        try
        {
            return new IdnMapping().GetAscii(host).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Not a name that a host can have; it is compared as it is, and matches nothing that Uri accepts.
            return host.ToLowerInvariant();
        }
    }

    private readonly record struct Target(string Host, int Port, IPAddress? Address);
}
