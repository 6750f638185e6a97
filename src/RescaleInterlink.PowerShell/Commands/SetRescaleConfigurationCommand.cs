using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Changes settings in the configuration that the Go tool shares, and in our own file beside it; all at once.</summary>
[Cmdlet(VerbsCommon.Set, "RescaleConfiguration", SupportsShouldProcess = true, DefaultParameterSetName = ValuesSet)]
[OutputType(typeof(Objects.SettingItem))]
public sealed class SetRescaleConfigurationCommand : ConfigurationCmdlet
{
    private const string NameSet = "Name";

    private readonly Dictionary<ConfigurationKey, string?> _changes = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = NameSet)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = NameSet)]
    [ArgumentCompleter(typeof(ConfigurationValueCompleter))]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName != NameSet)
            return;
        try
        {
            ConfigurationKey key = ConfigurationKeys.Get(Name);
            _changes[key] = Canonical(key, Value);
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, Name);
        }
    }

    protected override async Task EndProcessingAsync()
    {
        foreach ((ConfigurationKey key, string? value) in GivenValues())
            _changes[key] = value;
        if (_changes.Count == 0)
            return;
        ConfigurationStore store = await OpenAsync();
        if (!await ShouldProcessAsync(store.Path, $"Set {Describe(_changes)}"))
            return;
        foreach (string warning in await store.SetAsync(_changes, StopToken))
            PostWarning(warning);
        await PassAsync(store, _changes.Keys);
    }
}
