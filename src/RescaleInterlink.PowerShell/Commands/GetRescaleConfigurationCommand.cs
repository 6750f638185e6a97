using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The settings that Connect-Rescale and the commands go by, and where each of them comes from.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleConfiguration")]
[OutputType(typeof(SettingItem))]
public sealed class GetRescaleConfigurationCommand : AsyncCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        string? path = ConfigPath is null ? null : await InvokeAsync(() => PathResolver.Literal(this, ConfigPath));
        RescaleConfiguration configuration = RescaleConfiguration.Load(ConfigurationPlaces.Current, path);
        foreach (string warning in configuration.Warnings)
            PostWarning(warning);
        foreach (string name in Name)
        {
            foreach (ConfigurationEntry entry in await FindAsync(configuration, name))
                await WriteAsync(new SettingItem(entry));
        }
    }

    private async Task<IEnumerable<ConfigurationEntry>> FindAsync(RescaleConfiguration configuration, string name)
    {
        if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            NameFilter names = new([name]);
            return configuration.Entries.Where(entry => names.Matches(entry.Key.Name));
        }

        try
        {
            return [configuration[ConfigurationKeys.Get(name).Name]];
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, name);
            return [];
        }
    }
}
