using RescaleInterlink.Configuration;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A setting as it holds now. <c>Name</c> and <c>Value</c> bind to Set-RescaleConfiguration.</summary>
public sealed class SettingItem : IShellObject
{
    internal SettingItem(ConfigurationEntry entry)
    {
        (Name, Value, Source, Path) = (entry.Key.Name, entry.Value, entry.Source, entry.Origin);
        Default = entry.Key.DefaultValue;
        Description = entry.Key.Description;
    }

    static string IShellObject.TypeName => "RescaleInterlink.Setting";

    public string Name { get; }

    /// <summary>A number, a bool, a text, or null for none.</summary>
    public object? Value { get; }

    public ConfigurationSource Source { get; }

    /// <summary>File the value comes from or would be written to; for one from the environment, the variable.</summary>
    public string Path { get; }

    public object? Default { get; }

    public string Description { get; }

    public override string ToString() => $"{Name} = {Value}";
}
