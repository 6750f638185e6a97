using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using RescaleInterlink.Configuration;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Writes a configuration of defaults and the given values, and the token file if a key is given.</summary>
[Cmdlet(VerbsData.Initialize, "RescaleConfiguration", SupportsShouldProcess = true, DefaultParameterSetName = ValuesSet)]
[OutputType(typeof(Objects.SettingItem))]
public sealed class InitializeRescaleConfigurationCommand : ConfigurationCmdlet
{
    [Parameter(ParameterSetName = ValuesSet)]
    [SecretTransformation]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    [ValidateNotNullOrEmpty]
    public string? TokenFile { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override async Task EndProcessingAsync()
    {
        ConfigurationPlaces places = ConfigurationPlaces.Current;
        ConfigurationStore store = await OpenAsync();
        if (store.Exists && !Force)
            throw store.AlreadyThere();
        string? chosen = TokenFile is null ? null : await InvokeAsync(() => PathResolver.Literal(this, TokenFile));
        Dictionary<ConfigurationKey, string?> values = GivenValues();
        await AskAsync(values, chosen ?? places.TokenFile);

        if (await ShouldProcessAsync(store.Path, values.Count == 0 ? "Write the default configuration" : $"Write a configuration with {Describe(values)}"))
        {
            await store.InitializeAsync(values, StopToken);
            await PassAsync(store, ConfigurationKeys.All);
        }

        if (ApiKey is null || !await ShouldProcessAsync(chosen ?? places.TokenFile, "Write the API key"))
            return;
        if (chosen is null)
            await Configuration.TokenFile.WriteAsync(places, SecureText.Reveal(ApiKey), StopToken);
        else
            await Configuration.TokenFile.WriteAsync(chosen, SecureText.Reveal(ApiKey), StopToken);
    }

    /// <summary>Asks for what is needed and missing, where there is someone to ask.</summary>
    private async Task AskAsync(Dictionary<ConfigurationKey, string?> values, string tokenFile)
    {
        ConfigurationKey url = ConfigurationKeys.Get(ConfigurationKeys.ApiBaseUrl);
        bool wantsUrl = !values.ContainsKey(url);
        bool wantsKey = ApiKey is null && !File.Exists(tokenFile) && string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(ConfigurationPlaces.KeyVariable));
        if (Force || (!wantsUrl && !wantsKey))
            return;
        Dictionary<string, PSObject>? answers = await InvokeAsync(() => IsRehearsal ? null : Ask(wantsUrl, wantsKey));
        if (answers is null)
            return;
        if (answers.GetValueOrDefault(nameof(ApiUrl))?.BaseObject is string { Length: > 0 } address)
            values[url] = Canonical(url, address);
        if (answers.GetValueOrDefault(nameof(ApiKey))?.BaseObject is SecureString { Length: > 0 } key)
            ApiKey = key;
    }

    /// <returns>Null when there is nobody to ask.</returns>
    private Dictionary<string, PSObject>? Ask(bool wantsUrl, bool wantsKey)
    {
        var fields = new Collection<FieldDescription>();
        if (wantsUrl)
        {
            var field = new FieldDescription(nameof(ApiUrl)) { HelpMessage = "Address of the platform; nothing for the default.", IsMandatory = false };
            field.SetParameterType(typeof(string));
            fields.Add(field);
        }

        if (wantsKey)
        {
            var field = new FieldDescription(nameof(ApiKey)) { HelpMessage = "API key; nothing to keep none.", IsMandatory = false };
            field.SetParameterType(typeof(SecureString));
            fields.Add(field);
        }

        string caption = $"The platform is {ConfigurationKeys.Get(ConfigurationKeys.ApiBaseUrl).Default} when none is given.";
        return Prompting.Ask(Host, ui => ui.Prompt("Rescale configuration", caption, fields));
    }
}
