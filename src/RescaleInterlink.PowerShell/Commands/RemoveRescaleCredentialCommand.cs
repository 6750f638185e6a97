using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Deletes the token file. That there is none is not an error.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleCredential", SupportsShouldProcess = true)]
public sealed class RemoveRescaleCredentialCommand : AsyncCmdlet
{
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? TokenFile { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        ConfigurationPlaces places = ConfigurationPlaces.Current;
        // An older tool's file would be read next, so it goes too.
        string[] paths = TokenFile is null ? [.. places.TokenFiles] : [await InvokeAsync(() => PathResolver.Literal(this, TokenFile))];
        foreach (string path in paths)
        {
            if (!Configuration.TokenFile.Exists(path))
                PostVerbose($"There is no token file '{path}'.");
            else if (await ShouldProcessAsync(path, "Delete the API key"))
                Configuration.TokenFile.Delete(path);
        }

        if (TokenFile is null && Environment.GetEnvironmentVariable(ConfigurationPlaces.KeyVariable) is { Length: > 0 })
            PostWarning($"The API key in {ConfigurationPlaces.KeyVariable} stays, and is used.");
    }
}
