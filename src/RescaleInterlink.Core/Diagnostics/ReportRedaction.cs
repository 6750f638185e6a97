using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Diagnostics;

/// <summary>What is given out of hand tells less than what is shown on one's own screen: beside all secrets also no e-mail address and no home
/// folder, which has the user's name (interop files 12).</summary>
public static partial class ReportRedaction
{
    public static string Redact(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        foreach (var home in Homes)
            text = text.Replace(home, "~", OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        return Email().Replace(HomeFolder().Replace(Redaction.Redact(text), "$1~"), Redaction.Mask);
    }

    /// <summary>Redacts every text of a tree, names of properties as well, in a new tree.</summary>
    internal static JsonNode? Redact(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(static (member, index) => (Name: Redact(member.Key), member.Value, index))
            .GroupBy(static member => member.Name, StringComparer.Ordinal)
            .SelectMany(static group => group.Select((member, number) => KeyValuePair.Create(number == 0 ? member.Name : $"{member.Name}#{number}", Redact(member.Value))))),
        JsonArray items => new JsonArray([.. items.Select(Redact)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Redact(text)),
        _ => node?.DeepClone(),
    };

    private static IEnumerable<string> Homes => new[] { Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Environment.GetEnvironmentVariable("HOME") }
        .OfType<string>().Where(static home => home.Length > 1).Distinct();

    // Somebody else's home, in a path of theirs.
    [GeneratedRegex(@"((?:/home/|/Users/|\\Users\\))[^/\\\s:'""]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HomeFolder();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}", RegexOptions.CultureInvariant)]
    private static partial Regex Email();
}
