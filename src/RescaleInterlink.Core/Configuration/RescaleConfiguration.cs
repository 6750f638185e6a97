using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Configuration;

/// <summary>
/// All settings as they hold now: the environment before config.csv and our own file, and those before the defaults
/// (interop files 1.2 and 3). Immutable. A key or a password is in none of them.
/// </summary>
public sealed class RescaleConfiguration
{
    private readonly Dictionary<string, ConfigurationEntry> _entries;

    private RescaleConfiguration(string path, Dictionary<string, ConfigurationEntry> entries, IReadOnlyList<string> warnings)
        => (Path, _entries, Warnings) = (path, entries, warnings);

    /// <summary>The config.csv it was read from; it need not exist.</summary>
    public string Path { get; }

    /// <summary>What is wrong with the files and did not keep them from being read.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public IEnumerable<ConfigurationEntry> Entries => ConfigurationKeys.All.Select(key => _entries[key.Name]);

    /// <param name="name">One of <see cref="ConfigurationKeys"/>.</param>
    public ConfigurationEntry this[string name] => _entries[name];

    /// <summary>The proxy they ask for; null for none.</summary>
    public ProxySettings? Proxy => ConfiguredProxy.Of(this);

    public WorkDefaults Defaults => WorkDefaults.Of(this);

    public Uri? StorageEndpoint => this[ConfigurationKeys.StorageEndpoint].Text is { Length: > 0 } text ? new Uri(text) : null;

    /// <param name="path">Full path of a config.csv that must exist; null for the one in its place, which need not.</param>
    /// <exception cref="RescaleException">ConfigurationNotFound, ConfigurationInvalid, ConfigurationUnreadable.</exception>
    public static RescaleConfiguration Load(ConfigurationPlaces places, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(places);
        var read = path ?? places.ReadableConfigurationFile;
        var warnings = new List<string>();
        if (!System.IO.Path.Exists(read))
        {
            if (path is not null)
                throw ConfigurationErrors.NotFound(path);
            if (places.NamedByVariable is not null)
                warnings.Add($"{ConfigurationPlaces.FileVariable} names '{read}', which does not exist; the defaults are used.");
        }

        var entries = new Dictionary<string, ConfigurationEntry>(StringComparer.Ordinal);
        var file = ConfigurationFile.Load(read);
        foreach (var secret in file.Secrets)
            warnings.Add($"'{read}' holds {secret}, which is ignored. A key belongs into the token file: see Save-RescaleCredential.");
        foreach (var key in ConfigurationKeys.Shared)
            entries[key.Name] = Entry(key, file.Values.GetValueOrDefault(key.Name), ConfigurationSource.ConfigFile, read, warnings);

        var ownPath = ConfigurationPlaces.OwnFileOf(read);
        var own = OwnSettings.Load(ownPath);
        foreach (var key in ConfigurationKeys.Own)
            entries[key.Name] = Entry(key, own.Find(key), ConfigurationSource.OwnFile, ownPath, warnings);

        RequireOnePattern(read, entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.Text));
        ConfigurationOverrides.Apply(entries, places);
        if (entries[ConfigurationKeys.ProxyMode].Text is "basic" or "ntlm" && entries[ConfigurationKeys.ProxyHost].Text.Length == 0)
            warnings.Add($"{ConfigurationKeys.ProxyMode} in '{read}' is {entries[ConfigurationKeys.ProxyMode].Text}, and there is no {ConfigurationKeys.ProxyHost}: no proxy is used.");
        return new RescaleConfiguration(read, entries, warnings);
    }

    /// <summary>The Go tool refuses a file with both kinds of pattern, so neither do we read nor write one.</summary>
    internal static void RequireOnePattern(string path, IReadOnlyDictionary<string, string> texts)
    {
        if (texts.GetValueOrDefault(ConfigurationKeys.ExcludePattern, "").Length > 0 && texts.GetValueOrDefault(ConfigurationKeys.IncludePattern, "").Length > 0)
            throw ConfigurationErrors.Invalid(path, $"{ConfigurationKeys.ExcludePattern} and {ConfigurationKeys.IncludePattern} must not both be set");
    }

    private static ConfigurationEntry Entry(ConfigurationKey key, string? text, ConfigurationSource source, string path, List<string> warnings)
    {
        if (text is null)
            return new ConfigurationEntry(key, key.Default, ConfigurationSource.Default, path);
        if (key.Read(text) is { } canonical)
            return new ConfigurationEntry(key, canonical, source, path);
        // A wrong address is found when it is used: nothing is to be sent to the default one instead. It may hold a password.
        if (ConfigurationKeys.IsPlatform(key))
            return new ConfigurationEntry(key, Redaction.RedactAddress(ConfigurationKey.Normalize(text)), source, path);
        warnings.Add($"{key.Name} in '{path}' is not {key.Wanted}; {(key.Default.Length > 0 ? $"the default {key.Default}" : "none")} is used.");
        return new ConfigurationEntry(key, key.Default, ConfigurationSource.Default, path);
    }
}
