using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>The settings that only we know: a JSON object beside config.csv, whose other members are kept.</summary>
internal sealed class OwnSettings
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _members;

    private OwnSettings(JsonObject members) => _members = members;

    public static OwnSettings Empty() => new([]);

    /// <returns>An empty one when there is no file.</returns>
    /// <exception cref="RescaleException">ConfigurationInvalid, ConfigurationUnreadable.</exception>
    public static OwnSettings Load(string path)
    {
        if (ConfigurationFile.ReadText(path) is not { } text)
            return new OwnSettings([]);
        try
        {
            var members = JsonNode.Parse(text) as JsonObject ?? throw ConfigurationErrors.Invalid(path, "it is not a JSON object");
            // Members are looked at only now, and a name that occurs twice is found only then.
            _ = members.Count;
            return new OwnSettings(members);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            throw ConfigurationErrors.Invalid(path, "it is not a JSON object", wrong);
        }
    }

    /// <summary>The text of a setting; null when it is not there.</summary>
    public string? Find(ConfigurationKey key) => _members[key.Name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        var other => other.ToJsonString(),
    };

    /// <summary>Null takes it out.</summary>
    public void Set(ConfigurationKey key, string? canonical)
    {
        if (string.IsNullOrEmpty(canonical))
            _members.Remove(key.Name);
        else
            _members[key.Name] = key.ValueOf(canonical) is long number ? JsonValue.Create(number) : JsonValue.Create(Convert.ToString(key.ValueOf(canonical), CultureInfo.InvariantCulture));
    }

    public bool IsEmpty => _members.Count == 0;

    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(_members, Written), (byte)'\n'];
}
