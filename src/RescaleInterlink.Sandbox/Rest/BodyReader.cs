using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Reads a JSON object field by field and collects what is wrong with it, as a DRF serializer does.</summary>
internal sealed class BodyReader(JsonObject body)
{
    private readonly JsonObject _errors = [];

    public bool Has(string field) => body.ContainsKey(field);

    /// <summary>All of it, whatever it is.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonNode?>> Fields() => [.. body];

    public void Fail(string field, JsonNode message) => _errors.TryAdd(field, message is JsonValue ? new JsonArray(message) : message);

    /// <exception cref="ApiException">400 with all that is wrong.</exception>
    public void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
            throw new ApiException(400, _errors);
    }

    /// <summary>A required text that is not blank; empty when the field is wrong.</summary>
    public string Text(string field)
    {
        if (!Present(field, out var node))
            return "";
        string? text = AsText(field, node);
        if (text is not null && string.IsNullOrWhiteSpace(text))
            Fail(field, "This field may not be blank.");
        return text ?? "";
    }

    /// <summary>A text that may be absent or null.</summary>
    public string? OptionalText(string field) => body[field] is { } node ? AsText(field, node) : null;

    public bool Flag(string field, bool fallback)
    {
        if (body[field] is not { } node)
            return fallback;
        if (node.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return node.GetValue<bool>();
        Fail(field, "Must be a valid boolean.");
        return fallback;
    }

    /// <summary>A whole number of at least <paramref name="least"/>; required when there is no fallback. A numeric text is taken, as DRF does.</summary>
    public long Whole(string field, long least, long? fallback = null)
    {
        if (body[field] is null && fallback is { } value)
            return value;
        if (!Present(field, out var node))
            return least;
        if (node is not JsonValue number || (number.GetValueKind() == JsonValueKind.String && TryText(number) is null) || !long.TryParse(number.ToString(), CultureInfo.InvariantCulture, out long whole))
            Fail(field, "A valid integer is required.");
        else if (whole < least)
            Fail(field, $"Ensure this value is greater than or equal to {least}.");
        else
            return whole;
        return least;
    }

    /// <summary>A number that may be absent.</summary>
    public double Number(string field, double fallback)
    {
        if (body[field] is not { } node)
            return fallback;
        if (node is JsonValue value && value.TryGetValue(out double number))
            return number;
        Fail(field, "A valid number is required.");
        return fallback;
    }

    /// <summary>A required object; what is wrong inside it is reported beneath its name.</summary>
    public T? Object<T>(string field, Func<BodyReader, T> read)
        where T : class
        => Present(field, out var node) ? ReadObject(field, node, read) : null;

    public T? OptionalObject<T>(string field, Func<BodyReader, T> read)
        where T : class
        => body[field] is { } node ? ReadObject(field, node, read) : null;

    /// <summary>A list of objects; empty when absent and not required.</summary>
    public IReadOnlyList<T> Objects<T>(string field, bool required, Func<BodyReader, T> read)
    {
        if (List(field, required) is not { } list)
            return [];
        List<T> entries = [];
        JsonArray errors = [];
        foreach (var node in list)
        {
            var reader = new BodyReader(node as JsonObject ?? []);
            if (node is not JsonObject)
                reader.Fail("non_field_errors", "Invalid data. Expected a dictionary.");
            entries.Add(read(reader));
            errors.Add(reader._errors);
        }

        if (errors.Any(error => error!.AsObject().Count > 0))
            Fail(field, errors);
        return entries;
    }

    /// <summary>A list of texts; required.</summary>
    public IReadOnlyList<string> Texts(string field)
    {
        if (List(field, required: true) is not { } list)
            return [];
        if (list.Select(TryText).ToList() is var texts && !texts.Contains(null))
            return [.. texts.OfType<string>()];
        Fail(field, "Not a valid string.");
        return [];
    }

    /// <summary>An object of texts, such as environment variables; null values are empty texts.</summary>
    public IReadOnlyDictionary<string, string> Map(string field)
    {
        if (body[field] is not { } node)
            return new Dictionary<string, string>();
        if (node is JsonObject map && map.All(pair => pair.Value is null || (pair.Value is JsonValue && (pair.Value.GetValueKind() != JsonValueKind.String || TryText(pair.Value) is not null))))
            return map.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "");
        Fail(field, "Expected a dictionary of items.");
        return new Dictionary<string, string>();
    }

    private T? ReadObject<T>(string field, JsonNode node, Func<BodyReader, T> read)
        where T : class
    {
        if (node is not JsonObject inner)
        {
            Fail(field, new JsonObject { ["non_field_errors"] = new JsonArray("Invalid data. Expected a dictionary.") });
            return null;
        }

        var reader = new BodyReader(inner);
        T result = read(reader);
        if (reader._errors.Count > 0)
            Fail(field, reader._errors);
        return result;
    }

    private JsonArray? List(string field, bool required)
    {
        if (!required && body[field] is null)
            return null;
        if (!Present(field, out var node))
            return null;
        if (node is JsonArray list)
            return list;
        Fail(field, "Expected a list of items.");
        return null;
    }

    private bool Present(string field, out JsonNode node)
    {
        bool has = body.TryGetPropertyValue(field, out var value);
        node = value!;
        if (value is not null)
            return true;
        Fail(field, has ? "This field may not be null." : "This field is required.");
        return false;
    }

    /// <summary>Null for what is no text, which half a surrogate pair is neither, nor a NUL, which the platform refuses in every text.</summary>
    private static string? TryText(JsonNode? node)
    {
        if (node?.GetValueKind() != JsonValueKind.String)
            return null;
        try
        {
            string text = node.GetValue<string>();
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private string? AsText(string field, JsonNode node)
    {
        if (TryText(node) is { } text)
            return text;
        Fail(field, "Not a valid string.");
        return null;
    }
}
