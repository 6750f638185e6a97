using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>What stands in a config.csv (interop files 3): values of known keys as they were written, and all other rows.</summary>
internal sealed class ConfigurationFile
{
    private const string KeyHeader = "key";
    private const string ValueHeader = "value";
    private const int MostBytes = 1 << 20;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string[]> _unknown = [];
    private readonly List<string> _secrets = [];

    /// <summary>Texts by the names of known keys, as they stand in the file.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Names of the keys that must not stand in the file, and have a value there.</summary>
    public IReadOnlyList<string> Secrets => _secrets;

    /// <returns>An empty one when there is no file.</returns>
    /// <exception cref="RescaleException">ConfigurationInvalid, ConfigurationUnreadable.</exception>
    public static ConfigurationFile Load(string path) => ReadText(path) is { } text ? Parse(text, path) : new ConfigurationFile();

    /// <summary>Reads text of limited length, with or without a byte order mark.</summary>
    /// <returns>Null when there is no file.</returns>
    /// <exception cref="RescaleException">ConfigurationInvalid, ConfigurationUnreadable.</exception>
    public static string? ReadText(string path)
    {
        try
        {
            var text = Strict.GetString(PrivateFile.Read(path, MostBytes));
            if (text.Contains('\0', StringComparison.Ordinal))
                throw ConfigurationErrors.Invalid(path, "it is not UTF-8 text");
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or DecoderFallbackException)
        {
            throw ConfigurationErrors.Invalid(path, wrong is InvalidDataException ? wrong.Message : "it is not UTF-8 text", wrong);
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw ConfigurationErrors.Unreadable(path, failure);
        }
    }

    /// <exception cref="RescaleException">ConfigurationInvalid.</exception>
    public static ConfigurationFile Parse(string text, string path)
    {
        IReadOnlyList<string[]> rows;
        try
        {
            rows = CsvText.Read(text);
        }
        catch (FormatException wrong)
        {
            throw ConfigurationErrors.Invalid(path, wrong.Message, wrong);
        }

        if (rows.Count > 0 && rows[0].Length != 2)
            throw ConfigurationErrors.Invalid(path, "its rows are not a key and a value");
        var file = new ConfigurationFile();
        foreach (var row in rows.Skip(rows.Count > 0 && IsHeader(rows[0]) ? 1 : 0))
            file.Add(row);
        return file;
    }

    /// <summary>Null puts the default back.</summary>
    public void Set(ConfigurationKey key, string? canonical)
    {
        foreach (var name in ConfigurationKeys.IsPlatform(key) ? [ConfigurationKeys.ApiBaseUrl, ConfigurationKeys.TenantUrl] : new[] { key.Name })
        {
            if (canonical is null)
                _values.Remove(name);
            else
                _values[name] = canonical;
        }
    }

    /// <summary>As the Go tool writes it: all of its keys in its order, without a byte order mark; then the rows it does not know.</summary>
    public byte[] ToBytes()
    {
        var rows = new List<string[]> { new[] { KeyHeader, ValueHeader } };
        rows.AddRange(ConfigurationKeys.Shared.Select(key => new[] { key.Name, _values.GetValueOrDefault(key.Name, key.Default) }));
        rows.AddRange(_unknown);
        return Strict.GetBytes(CsvText.Write(rows));
    }

    private void Add(string[] row)
    {
        var name = row[0].Trim().ToLowerInvariant();
        var value = ConfigurationKey.Normalize(row[1]);
        if (ConfigurationKeys.Secrets.Contains(name))
        {
            if (value.Length > 0)
                _secrets.Add(name);
        }
        else if (ConfigurationKeys.Find(name) is { IsOwn: false } key)
        {
            // Whichever of the platform's two names comes later wins both.
            Set(key, value);
        }
        else
        {
            _unknown.Add(row);
        }
    }

    private static bool IsHeader(string[] row)
        => row[0].Trim().Equals(KeyHeader, StringComparison.OrdinalIgnoreCase) && row[1].Trim().Equals(ValueHeader, StringComparison.OrdinalIgnoreCase);
}
