using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>The profiles of the Go tool's compat mode: <c>[name]</c> sections of <c>key = value</c> lines in apiconfig (interop files 1.2).</summary>
public sealed class ProfileFile
{
    private static readonly string[] KeyNames = ["apikey", "api_key"];
    private static readonly string[] UrlNames = ["apibaseurl", "platform_url"];

    private readonly Dictionary<string, string> _entries;
    private readonly string _path;
    private readonly string _name;

    private ProfileFile(string path, string name, Dictionary<string, string> entries) => (_path, _name, _entries) = (path, name, entries);

    /// <summary>Null when the section names none.</summary>
    internal string? ApiUrl => Find(UrlNames);

    /// <summary>Null when the section holds none.</summary>
    internal FoundKey? Key => Find(KeyNames) is not { } key ? null : new FoundKey($"the profile '{_name}' in '{_path}'", key)
    {
        Warning = PrivateFile.IsOpenToOthers(_path) ? $"Others on this machine can read the API keys in '{_path}'. Close the file to them; whoever may have read a key makes a new one necessary." : null,
    };

    /// <returns>A section without entries when there is no file: then the key must come from elsewhere.</returns>
    /// <exception cref="RescaleException">ProfileNotFound, ConfigurationInvalid, ConfigurationUnreadable.</exception>
    internal static ProfileFile Load(string path, string name)
    {
        if (ConfigurationFile.ReadText(path) is not { } text)
            return new ProfileFile(path, name, []);
        var sections = Parse(text, path);
        return sections.TryGetValue(name.Trim(), out var entries)
            ? new ProfileFile(path, name.Trim(), entries)
            : throw new RescaleException(
                ErrorIds.ProfileNotFound, ErrorKind.NotFound, $"'{path}' has no profile '{name}'.",
                sections.Count > 0 ? $"It has {string.Join(", ", sections.Keys.Select(static known => $"'{known}'"))}." : "It has none at all.");
    }

    /// <summary>Names of all profiles; none when there is no file.</summary>
    /// <exception cref="RescaleException">ConfigurationInvalid, ConfigurationUnreadable.</exception>
    public static IReadOnlyList<string> Names(string path) => ConfigurationFile.ReadText(path) is { } text ? [.. Parse(text, path).Keys] : [];

    /// <summary>Names of sections as they are written, of entries in lower case; what is written twice counts as written last.</summary>
    private static Dictionary<string, Dictionary<string, string>> Parse(string text, string path)
    {
        var sections = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        Dictionary<string, string>? section = null;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
                continue;
            if (line[0] == '[')
            {
                var name = line.EndsWith(']') ? line[1..^1].Trim() : throw ConfigurationErrors.Invalid(path, $"the section of line {number} is not closed");
                if (!sections.TryGetValue(name, out section))
                    sections[name] = section = new Dictionary<string, string>(StringComparer.Ordinal);
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || section is null)
                throw ConfigurationErrors.Invalid(path, $"line {number} is no entry of a section");
            section[line[..equals].Trim().ToLowerInvariant()] = line[(equals + 1)..].Trim();
        }

        return sections;
    }

    private string? Find(string[] names) => names.Select(name => _entries.GetValueOrDefault(name)).FirstOrDefault(static value => value?.Length > 0);
}
