using System.Net;

namespace RescaleInterlink.Networking;

/// <summary>Hosts that cannot be anything but this machine: 127.0.0.0/8, ::1 and the name <c>localhost</c>.</summary>
public static class Loopback
{
    public static bool IsHost(string? host)
    {
        if (string.IsNullOrEmpty(host))
            return false;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        // Uri spells an IPv6 host in brackets.
        var text = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return IPAddress.TryParse(text, out var address) && IPAddress.IsLoopback(address);
    }
}
