namespace RescaleInterlink.Configuration;

/// <summary>Where the value of a setting comes from.</summary>
public enum ConfigurationSource
{
    Default,

    /// <summary>config.csv, which the Go tool shares.</summary>
    ConfigFile,

    /// <summary>The file of our own beside it.</summary>
    OwnFile,

    Environment,
}

/// <summary>A setting as it holds now.</summary>
/// <param name="Text">As it would stand in the file; empty for none.</param>
/// <param name="Origin">Path of the file or name of the variable the value comes from; for a default, the file it would be written to.</param>
public sealed record ConfigurationEntry(ConfigurationKey Key, string Text, ConfigurationSource Source, string Origin)
{
    /// <summary>A whole number (<see cref="long"/>), a bool, a text, or null for none.</summary>
    public object? Value => Key.ValueOf(Text);
}
