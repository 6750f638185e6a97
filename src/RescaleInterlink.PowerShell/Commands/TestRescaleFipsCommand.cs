using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Reports what this machine, the platform, the storage and the proxy mean for FIPS 140. It sends nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RescaleFips")]
[OutputType(typeof(FipsItem))]
public sealed class TestRescaleFipsCommand : RescaleCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ApiUrl { get; set; }

    private protected override bool NeedsConnection => false;

    protected override Task ProcessRecordAsync()
    {
        Uri? platform = ApiUrl is null ? null : PlatformAddress.Parse(ApiUrl);
        // What the connection was made with says nothing about another platform.
        bool isOfConnection = IsConnected && (platform is null || platform == Session.ApiUrl);
        FipsAssessment report = isOfConnection
            ? FipsAssessment.Of(Session.ApiUrl, Session.Network.Proxy, Session.StorageEndpoint)
            : FipsAssessment.Of(platform, null);
        return WriteAsync(new FipsItem(report));
    }
}
