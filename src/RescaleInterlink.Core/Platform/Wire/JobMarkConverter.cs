using System.Text.Json;
using System.Text.Json.Serialization;

namespace RescaleInterlink.Platform.Wire;

/// <summary>Of all that <c>jobanalyses</c> holds (interop API 6.1) only the mark in <c>envVars</c>: the other variables may be
/// license secrets, and need not be kept in memory.</summary>
/// <remarks>Empty when the environment is shown and has no mark; null when it is not shown.</remarks>
internal sealed class JobMarkConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var analyses = JsonDocument.ParseValue(ref reader);
        if (analyses.RootElement.ValueKind != JsonValueKind.Array)
            return null;
        string? mark = null;
        foreach (var variables in analyses.RootElement.EnumerateArray().SelectMany(static analysis => Objects(analysis, "envVars")))
        {
            mark ??= "";
            if (variables.TryGetProperty(PlatformJob.MarkVariable, out var value) && value.ValueKind == JsonValueKind.String)
                mark = TextOf(value);
        }

        return mark;
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options)
        => throw new NotSupportedException("A job's analyses are only read this way.");

    private static IEnumerable<JsonElement> Objects(JsonElement parent, string name)
        => parent.ValueKind != JsonValueKind.Object
            ? []
            : parent.EnumerateObject()
                .Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && field.Value.ValueKind == JsonValueKind.Object)
                .Select(static field => field.Value);

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escape of half a character: nothing that this module has written.
            return "";
        }
    }
}
