using System.Globalization;
using System.Text.Json;

namespace RescaleInterlink.Jobs;

/// <summary>The fields of one JSON object, by name in any case as Go matches them, with what is wrong with them and what nobody asked for.</summary>
/// <remarks>Messages name the place of a value and never the value: it may hold a secret.</remarks>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<JsonFields> _children = [];
    private readonly string _place;
    private readonly List<string> _faults;
    private readonly List<string> _notes;

    public JsonFields(JsonElement element, string place, List<string> faults, List<string> notes)
    {
        (_place, _faults, _notes) = (place, faults, notes);
        IsObject = element.ValueKind == JsonValueKind.Object;
        if (!IsObject)
            faults.Add($"{(place.Length == 0 ? "it" : place)} is not an object");
        else
            foreach (var field in element.EnumerateObject())
                _fields[field.Name] = field.Value;
    }

    public bool IsObject { get; }

    public bool Has(string name) => _fields.ContainsKey(name);

    public void Fault(string name, string what) => _faults.Add($"{At(name)} {what}");

    /// <summary>Notes what was not asked for, in the objects within as well.</summary>
    public void NoteUnread()
    {
        foreach (var name in _fields.Keys.Where(name => !_read.Contains(name)))
            _notes.Add($"the key {At(name)} is not known");
        foreach (var child in _children)
            child.NoteUnread();
    }

    /// <summary>Without invisible characters at all and blanks at the ends.</summary>
    public string Text(string name) => JobText.SanitizeField(Raw(name));

    public string? TextOrNull(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public string Raw(string name) => Find(name) switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } value => Read(name, value),
        { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
        _ => Wrong(name, "is not a text", ""),
    };

    public int Count(string name, int missing)
    {
        var number = Number(name, missing);
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number : Wrong(name, "is not a whole number", missing);
    }

    public double Number(string name, double missing) => Find(name) switch
    {
        null => missing,
        { ValueKind: JsonValueKind.Number } value => value.TryGetDouble(out var number) && double.IsFinite(number) ? number : Wrong(name, "is too large", missing),
        { ValueKind: JsonValueKind.String } value when double.TryParse(Read(name, value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) => number,
        _ => Wrong(name, "is not a number", missing),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.String } value when bool.TryParse(Read(name, value), out var flag) => flag,
        _ => Wrong(name, "is neither true nor false", false),
    };

    /// <summary>An array of texts, or one text with commas. Objects with an <c>id</c> count as that id.</summary>
    public IReadOnlyList<string> List(string name)
    {
        IEnumerable<string> items = Find(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } value => Read(name, value).Split(','),
            { ValueKind: JsonValueKind.Array } value => value.EnumerateArray().Select(item => Item(name, item)).ToList(),
            _ => Wrong<string[]>(name, "is not a list of texts", []),
        };
        return [.. items.Select(JobText.SanitizeField).Where(item => item.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>License settings: a JSON object, as the text of one or as it is; checked with the rest of the specification.</summary>
    public string Settings(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Object } value)
            return LicenseSettings.WithoutMark(Text(name));
        if (!value.EnumerateObject().Any())
            return "";
        return LicenseSettings.TryParse(value.GetRawText(), out var variables, out _) ? LicenseSettings.Write(variables) : value.GetRawText();
    }

    /// <summary>A field that is an object; null when it is missing.</summary>
    public JsonFields? Object(string name) => Find(name) is { } value ? Child(value, At(name)) : null;

    /// <summary>A field that is an array of objects.</summary>
    public IReadOnlyList<JsonFields> Objects(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return Wrong<JsonFields[]>(name, "is not an array", []);
        return [.. value.EnumerateArray().Select((item, index) => Child(item, string.Create(CultureInfo.InvariantCulture, $"{At(name)}[{index}]")))];
    }

    private JsonFields Child(JsonElement element, string place)
    {
        var child = new JsonFields(element, place, _faults, _notes);
        _children.Add(child);
        return child;
    }

    private string Item(string name, JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => Read(name, item),
        JsonValueKind.Object when item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String => Read(name, id),
        _ => Wrong(name, "is not a list of texts", ""),
    };

    /// <summary>A JSON text can hold half of a character, which is none.</summary>
    private string Read(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Wrong(name, "is not a text", "");
        }
    }

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        return _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private T Wrong<T>(string name, string what, T instead)
    {
        Fault(name, what);
        return instead;
    }

    private string At(string name) => _place.Length == 0 ? name : $"{_place}.{name}";
}
