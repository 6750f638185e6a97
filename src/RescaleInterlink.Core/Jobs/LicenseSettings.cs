using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <summary>License settings: a JSON object in a table's cell that becomes the job's environment variables.</summary>
public static class LicenseSettings
{
    /// <summary>Text stays, whole numbers are written plainly (12345678, never 1.2E+07), true/false in lower case, null is empty.</summary>
    /// <remarks>The variable of a job's mark is no setting, and left out.</remarks>
    /// <param name="json">Empty for none; else a JSON object with at least one entry and no object or list in it.</param>
    /// <exception cref="RescaleException">JobSpecInvalid.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string? json)
        => TryParse(json, out var variables, out var problem)
            ? variables
            : throw new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput, $"The license settings are not usable: {problem}.",
                """Give a JSON object, for example {"LM_LICENSE_FILE":"27000@license-server"}.""");

    /// <summary>The other way: a JSON object with the names in ordinal order, or empty when there are none. A job's mark is left out.</summary>
    public static string Write(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Keys.All(name => name == JobMark.Variable))
            return "";
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in variables.Where(one => one.Key != JobMark.Variable).OrderBy(one => one.Key, StringComparer.Ordinal))
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Settings with variables added to them; a variable takes the place of the one of its name.</summary>
    /// <exception cref="RescaleException">JobSpecInvalid.</exception>
    public static string Add(string json, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Count == 0)
            return WithoutMark(json);
        var all = new Dictionary<string, string>(Parse(json), StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            all[name] = value;
        return Write(all);
    }

    /// <summary>The settings without the mark of a job that they were taken from: it is that one's alone. Text that cannot be read stays.</summary>
    internal static string WithoutMark(string json)
        => json.Contains(JobMark.Variable, StringComparison.Ordinal) && TryParse(json, out var variables, out _) ? Write(variables) : json;

    internal static bool TryParse(string? json, out IReadOnlyDictionary<string, string> variables, out string? problem)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        variables = result;
        problem = null;
        if (string.IsNullOrWhiteSpace(json))
            return true;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                problem = "they are not a JSON object";
            else if (!document.RootElement.EnumerateObject().Any())
                problem = "the JSON object is empty";
            else
                foreach (var entry in document.RootElement.EnumerateObject())
                    if (entry.Name == JobMark.Variable)
                        continue;
                    else if (entry.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                        problem = $"the value of '{entry.Name}' is an object or a list";
                    else
                        result[entry.Name] = ToText(entry.Value);
        }
        catch (JsonException exception)
        {
            // The parser's own words quote the text, and the text may hold a secret: only the place is told.
            problem = $"they are not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})";
        }

        return problem is null;
    }

    private static string ToText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        // 27000, 27000.0 and 2.7e4 are the same whole number; everything else keeps the digits it was written with.
        _ => value.TryGetDecimal(out var number) && number == decimal.Truncate(number)
            ? decimal.Truncate(number).ToString(CultureInfo.InvariantCulture)
            : value.GetRawText(),
    };
}
