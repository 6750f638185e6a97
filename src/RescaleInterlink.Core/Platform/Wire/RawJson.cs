using System.Text.Json;

namespace RescaleInterlink.Platform.Wire;

/// <summary>Reads JSON whose shape is nobody's promise. An escape of half a character and bytes that are no UTF-8 are no text: what they name is not found,
/// and what they are has no text.</summary>
internal static class RawJson
{
    /// <returns>Null when the element is no object or has no such member; of several the last, as readers of JSON mostly do.</returns>
    public static JsonElement? Member(JsonElement element, string name)
    {
        JsonElement? found = null;
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (string.Equals(NameOf(member), name, StringComparison.OrdinalIgnoreCase))
                    found = member.Value;
            }
        }

        return found;
    }

    /// <returns>Null for a name that is no text.</returns>
    public static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Texts as they are, everything else as JSON.</summary>
    /// <returns>Null for null, and for text that is none.</returns>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                JsonValueKind.String => value.GetString(),
                _ => value.GetRawText(),
            };
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
