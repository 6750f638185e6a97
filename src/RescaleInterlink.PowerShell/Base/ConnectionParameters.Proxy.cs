using RescaleInterlink.Configuration;
using RescaleInterlink.Networking;

namespace RescaleInterlink.PowerShell.Base;

public abstract partial class ConnectionParameters
{
    /// <summary>What the configuration and the environment say about a proxy is not for a sandbox, which is on this machine.</summary>
    private static ProxySettings? ChooseProxy(RescaleConfiguration configuration, Uri platform)
        => PlatformAddress.IsLoopback(platform) ? null : configuration.Proxy;
}
