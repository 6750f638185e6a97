using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

public abstract partial class ConnectionParameters
{
    [Parameter(ParameterSetName = PlatformSet)]
    public ProxyMode? ProxyMode { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNullOrEmpty]
    public string? ProxyHost { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateRange(1, 65535)]
    public int? ProxyPort { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [Credential]
    [ValidateNotNull]
    public PSCredential? ProxyCredential { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    public SwitchParameter ProxyUseDefaultCredentials { get; set; }

    /// <summary>Hosts past the proxy.</summary>
    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNull]
    public string[]? NoProxy { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    public SwitchParameter ProxyWarmUp { get; set; }

    /// <exception cref="Errors.RescaleException">ProxyInvalid.</exception>
    private ProxySettings? ChooseProxy(RescaleConfiguration configuration, Uri platform) => new ProxyWish
    {
        Mode = ProxyMode,
        Host = ProxyHost,
        Port = ProxyPort,
        Credential = ProxyCredential?.GetNetworkCredential(),
        UseDefaultCredentials = ProxyUseDefaultCredentials,
        NoProxy = NoProxy is null ? null : string.Join(',', NoProxy),
        WarmUp = MyInvocation.BoundParameters.ContainsKey(nameof(ProxyWarmUp)) ? ProxyWarmUp.IsPresent : null,
    }.Apply(configuration, platform);

    /// <summary>What is unusual on a platform that is meant for machines in FIPS mode.</summary>
    private void WarnAboutFips(Uri platform, ProxySettings? proxy, Uri? storageEndpoint)
    {
        foreach (string warning in FipsAssessment.Of(platform, proxy, storageEndpoint).Warnings)
            PostWarning(warning);
    }
}
