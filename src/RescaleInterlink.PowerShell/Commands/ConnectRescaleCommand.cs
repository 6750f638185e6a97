using System.Management.Automation;
using System.Net;
using System.Security;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Connects this runspace to a platform; one call proves that the address and the key are good.</summary>
[Cmdlet(VerbsCommunications.Connect, "Rescale", DefaultParameterSetName = PlatformSet)]
[OutputType(typeof(ConnectionItem))]
public sealed class ConnectRescaleCommand : AsyncCmdlet
{
    private const string PlatformSet = "Platform";
    private const string SandboxSet = "Sandbox";

    private RunspaceState _state = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = PlatformSet)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [ValidateNotNullOrEmpty]
    public string ApiUrl { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = PlatformSet)]
    [ValidateNotNull]
    public SecureString ApiKey { get; set; } = null!;

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = PlatformSet)]
    public string? CertificatePath { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNull]
    public Uri? StorageEndpoint { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = SandboxSet)]
    public SwitchParameter Sandbox { get; set; }

    protected override void Prepare() => _state = RunspaceState.Current;

    protected override async Task ProcessRecordAsync()
    {
        string? certificate = string.IsNullOrEmpty(CertificatePath) ? null : await InvokeAsync(() => PathResolver.Literal(this, CertificatePath));
        ConnectOptions options = ParameterSetName == SandboxSet
            ? OptionsFor(SandboxSelection.Single(SandboxLauncher.Find()))
            : new ConnectOptions(ApiUrl, new ApiKey(new NetworkCredential(string.Empty, ApiKey).Password))
            {
                CertificatePath = certificate,
                StorageEndpoint = StorageEndpoint,
            };

        var connection = new ConnectionItem(await RescaleSession.ConnectAsync(options, StopToken));
        // The one before may still be used with -Connection, so it is not closed here.
        _state.Connection = connection;
        await WriteAsync(connection);
    }

    private static ConnectOptions OptionsFor(SandboxInstance sandbox) =>
        new(sandbox.ApiUrl.AbsoluteUri, new ApiKey(sandbox.ApiKey)) { CertificatePath = sandbox.CertificatePath };
}
