using System.Management.Automation;
using System.Security;
using RescaleInterlink.Configuration;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Keeps an API key in the token file, which the Go tool shares.</summary>
[Cmdlet(VerbsData.Save, "RescaleCredential", SupportsShouldProcess = true, DefaultParameterSetName = KeySet)]
[OutputType(typeof(FileInfo))]
public sealed class SaveRescaleCredentialCommand : AsyncCmdlet
{
    private const string KeySet = "ApiKey";
    private const string CredentialSet = "Credential";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = KeySet)]
    [SecretTransformation]
    [ValidateNotNull]
    public SecureString ApiKey { get; set; } = null!;

    /// <summary>Its password is the key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CredentialSet)]
    [Credential]
    [ValidateNotNull]
    public PSCredential Credential { get; set; } = null!;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TokenFile { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        ConfigurationPlaces places = ConfigurationPlaces.Current;
        string? chosen = TokenFile is null ? null : await InvokeAsync(() => PathResolver.Literal(this, TokenFile));
        string path = chosen ?? places.TokenFile;
        if (!await ShouldProcessAsync(path, "Write the API key"))
            return;
        string key = SecureText.Reveal(ParameterSetName == KeySet ? ApiKey : Credential.Password);
        if (chosen is null)
            await Configuration.TokenFile.WriteAsync(places, key, StopToken);
        else
            await Configuration.TokenFile.WriteAsync(chosen, key, StopToken);
        if (PassThru)
            await InvokeAsync(() => WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true));
    }
}
