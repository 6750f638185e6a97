using IOPath = System.IO.Path;

namespace RescaleInterlink.Configuration;

/// <summary>Where the Go tool keeps its configuration, token and profiles (interop files 1), and what the environment says of it.</summary>
public sealed class ConfigurationPlaces
{
    /// <summary>Moves the whole folder when set; ours alone.</summary>
    public const string FolderVariable = "RESCALE_CONFIG_HOME";

    /// <summary>A name that ends in <c>.csv</c> moves config.csv; any other names the profile file, as in the Go tool's compat mode.</summary>
    public const string FileVariable = "RESCALE_CONFIG_FILE";

    public const string UrlVariable = "RESCALE_API_URL";
    public const string KeyVariable = "RESCALE_API_KEY";

    private const string ConfigurationName = "config.csv";
    private const string TokenName = "token";
    private const string ProfileName = "apiconfig";

    private readonly Func<string, string?> _variable;
    private readonly string? _oldFolder;

    internal ConfigurationPlaces(Func<string, string?> variable, bool windows)
    {
        _variable = variable;
        (Folder, _oldFolder, var profiles) = Locate(windows);
        var named = Variable(FileVariable) is { } file ? IOPath.GetFullPath(file) : null;
        var isConfiguration = named is not null && named.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
        NamedByVariable = isConfiguration ? named : null;
        ConfigurationFile = NamedByVariable ?? IOPath.Combine(Folder, ConfigurationName);
        ProfileFile = named is not null && !isConfiguration ? named : IOPath.Combine(profiles, ProfileName);
        TokenFile = IOPath.Combine(Folder, TokenName);
    }

    /// <summary>Those of this process, as its environment is now.</summary>
    public static ConfigurationPlaces Current => new(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows());

    public string Folder { get; }

    /// <summary>Where config.csv is written.</summary>
    public string ConfigurationFile { get; }

    /// <summary>Where the token is written.</summary>
    public string TokenFile { get; }

    /// <summary>All places where a token is looked for, the one it is written to first.</summary>
    public IReadOnlyList<string> TokenFiles => _oldFolder is null ? [TokenFile] : [TokenFile, IOPath.Combine(_oldFolder, TokenName)];

    public string ProfileFile { get; }

    /// <summary>What the environment names as config.csv, or null.</summary>
    internal string? NamedByVariable { get; }

    /// <summary>Where config.csv is read: an older tool's place when there is none in the present one.</summary>
    internal string ReadableConfigurationFile => NamedByVariable ?? Readable(ConfigurationFile, ConfigurationName);

    /// <inheritdoc cref="ReadableConfigurationFile"/>
    internal string ReadableTokenFile => Readable(TokenFile, TokenName);

    /// <summary>What only we know of a config.csv lies beside it: the Go tool drops what it does not know.</summary>
    public static string OwnFileOf(string configurationFile) => IOPath.ChangeExtension(configurationFile, ".interlink.json");

    /// <summary>Trimmed; null when it is not set or blank.</summary>
    internal string? Variable(string name) => _variable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private string Readable(string present, string name)
        => _oldFolder is not null && !File.Exists(present) && IOPath.Combine(_oldFolder, name) is var old && File.Exists(old) ? old : present;

    private (string Folder, string? OldFolder, string Profiles) Locate(bool windows)
    {
        if (Variable(FolderVariable) is { } moved)
            return (IOPath.GetFullPath(moved), null, IOPath.GetFullPath(moved));
        if (!windows)
        {
            var home = Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var folder = IOPath.Combine(home, ".config", "rescale");
            return (folder, IOPath.Combine(home, ".config", "rescale-int"), folder);
        }

        var user = Variable("USERPROFILE") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var local = Variable("LOCALAPPDATA") ?? IOPath.Combine(user, "AppData", "Local");
        var roaming = IOPath.Combine(Variable("APPDATA") ?? IOPath.Combine(user, "AppData", "Roaming"), "Rescale", "Interlink");
        return (IOPath.Combine(local, "Rescale", "Interlink"), roaming, roaming);
    }
}
