using System.Management.Automation;
using System.Security;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Asks Microsoft.PowerShell.SecretManagement for a key, by its name. The module is not needed for anything else.</summary>
internal static class SecretStore
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    // By its full name: whatever else is called Get-Secret is not asked.
    private const string Find = $@"Get-Command -Name '{Module}\Get-Secret' -ErrorAction Ignore";
    private const string Ask = $@"param($arguments) & '{Module}\Get-Secret' @arguments -ErrorAction Stop";

    /// <summary>Pipeline thread only: it may ask for the vault's password there.</summary>
    /// <param name="vault">Null for whichever vault has it.</param>
    /// <exception cref="RescaleException">SecretStoreMissing, SecretUnavailable.</exception>
    public static FoundKey Get(PSCmdlet cmdlet, string name, string? vault)
    {
        if (cmdlet.InvokeCommand.InvokeScript(Find).Count == 0)
        {
            throw new RescaleException(
                ErrorIds.SecretStoreMissing, ErrorKind.MissingDependency, $"The secret '{name}' cannot be looked up: the module {Module} is not there.",
                $"Install it (Install-PSResource {Module}) and register a vault, or give the key with -ApiKey or Save-RescaleCredential.");
        }

        var arguments = new System.Collections.Hashtable { ["Name"] = name };
        if (vault is not null)
            arguments["Vault"] = vault;
        object? secret;
        try
        {
            secret = cmdlet.InvokeCommand.InvokeScript(Ask, arguments) is [{ } only] ? only.BaseObject : null;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw Unavailable(name, vault, $"it says: {Redaction.Redact(e.Message)}", e);
        }

        string key = secret switch
        {
            SecureString text => SecureText.Reveal(text),
            PSCredential credential => SecureText.Reveal(credential.Password),
            string text => text,
            _ => throw Unavailable(name, vault, "it is neither a text nor a credential", null),
        };
        return new FoundKey(vault is null ? $"the secret '{name}'" : $"the secret '{name}' in the vault '{vault}'", key);
    }

    private static RescaleException Unavailable(string name, string? vault, string why, Exception? inner) => new(
        ErrorIds.SecretUnavailable, ErrorKind.NotFound,
        $"The secret store does not give a key for '{name}'{(vault is null ? "" : $" in the vault '{vault}'")}: {why}.",
        "Check the name with Get-SecretInfo, and that the vault is registered and unlocked.", inner);
}
