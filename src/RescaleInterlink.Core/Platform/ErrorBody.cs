using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RescaleInterlink.Platform;

/// <summary>Makes one readable line of an error's body: <c>detail</c>, else a map of fields, else the text.</summary>
internal static partial class ErrorBody
{
    /// <summary>Most characters shown; the rest of an error page is of no use in a message.</summary>
    public const int ShownLength = 1000;

    private const int TitleWithin = 16 << 10;

    public static string Describe(ReadOnlySpan<byte> body, string? mediaType, ApiKey key)
    {
        var text = Encoding.UTF8.GetString(body);
        var found = FromJson(text) ?? (mediaType is "text/html" ? Page(text) : text);
        // Redacted whole, then cut: a cut through a secret would hide it from the redaction.
        var line = OneLine(key.Redact(found));
        if (line.Length <= ShownLength)
            return line;
        var cut = char.IsHighSurrogate(line[ShownLength - 1]) ? ShownLength - 1 : ShownLength;
        return string.Concat(line.AsSpan(0, cut), "...");
    }

    /// <summary>The API sends no HTML; the title often names whoever did.</summary>
    private static string Page(string text)
    {
        var title = Title().Match(text.Length <= TitleWithin ? text : text[..TitleWithin]);
        var named = title.Success ? $" with the title '{WebUtility.HtmlDecode(title.Groups[1].Value).Trim()}'" : "";
        return $"(an HTML page{named}; a proxy or a sign-in page may have answered in the platform's place)";
    }

    [GeneratedRegex("<title[^>]{0,100}>([^<]{1,200})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    private static string? FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String)
                return detail.GetString();
            var parts = new List<string>();
            Flatten(root, "", parts);
            return string.Join("; ", parts);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, a body cut at its limit, or an escape of half a character: the text itself is shown.
            return null;
        }
    }

    private static void Flatten(JsonElement element, string name, List<string> parts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Flatten(property.Value, name.Length == 0 ? property.Name : name + "." + property.Name, parts);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Flatten(item, name, parts);
                break;
            default:
                var value = element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
                parts.Add(name.Length == 0 ? value ?? "" : $"{name}: {value}");
                break;
        }
    }

    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsControl(c) && c is not ('\u2028' or '\u2029'))
                line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return line.ToString().Trim();
    }
}
