using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>Makes one readable line of an error's body: <c>detail</c>, else a map of fields, else the text (interop API 2.1).</summary>
internal static partial class ErrorBody
{
    /// <summary>Most characters shown; the rest of an error page is of no use in a message.</summary>
    public const int ShownLength = 500;

    /// <summary>Most characters gathered from a map. A body of 1 MiB can repeat one long name before each of many values.</summary>
    private const int MostGathered = 64 << 10;

    /// <summary>Where a page's title is looked for.</summary>
    private const int TitleWithin = 16 << 10;

    public static string Describe(ReadOnlySpan<byte> body, string? mediaType, ApiKey key)
    {
        var text = Encoding.UTF8.GetString(body);
        var found = FromJson(text) ?? (IsHtml(text, mediaType) ? Page(text) : text);
        // Redacted whole, then cut: a cut through a secret would hide it from the redaction.
        var line = ShownText.OneLine(key.Redact(found)).Trim();
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

    private static bool IsHtml(string text, string? mediaType)
    {
        var start = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        return mediaType is "text/html" or "application/xhtml+xml"
            || start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    private static string? FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String)
                return detail.GetString();
            var parts = new Gathered();
            Flatten(root, "", parts);
            return parts.ToString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, a body cut at its limit, or an escape of half a character: the text itself is shown.
            return null;
        }
    }

    private static void Flatten(JsonElement element, string name, Gathered parts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (parts.IsFull)
                        return;
                    Flatten(property.Value, name.Length == 0 ? property.Name : name + "." + property.Name, parts);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (parts.IsFull)
                        return;
                    Flatten(item, name, parts);
                }

                break;
            default:
                var value = element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
                parts.Add(name.Length == 0 ? value ?? "" : $"{name}: {value}");
                break;
        }
    }

    /// <summary>Parts are taken whole or not at all, so that no secret is cut before it is redacted.</summary>
    private sealed class Gathered
    {
        private readonly List<string> _parts = [];
        private int _length;

        public bool IsFull { get; private set; }

        public void Add(string part)
        {
            // The first one is as long as the body at most.
            IsFull = _parts.Count > 0 && _length + part.Length > MostGathered;
            if (IsFull)
                return;
            _parts.Add(part);
            _length += part.Length;
        }

        public override string ToString() => string.Join("; ", _parts);
    }
}
