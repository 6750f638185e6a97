using System.Text.RegularExpressions;

namespace RescaleInterlink.Jobs;

/// <summary>Cleans text that came out of a table, a web page or an office program (interop files 4.4).</summary>
public static partial class JobText
{
    /// <summary>LF line ends, no invisible characters, trimmed; runs of blanks and of line ends become one.</summary>
    /// <param name="keepSpacing">Leaves runs of blanks and line ends alone, also inside quotes and here-documents.</param>
    public static string SanitizeCommand(string? text, bool keepSpacing = false)
    {
        var lines = Invisible().Replace(text ?? "", "").Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (!keepSpacing)
            lines = LineEnds().Replace(Blanks().Replace(lines, " "), "\n");
        return lines.Trim();
    }

    /// <summary>No invisible characters, trimmed.</summary>
    public static string SanitizeField(string? text) => Invisible().Replace(text ?? "", "").Trim();

    /// <summary>Zero-width space, joiners, byte order mark, soft hyphen, word joiner, Mongolian vowel separator.</summary>
    [GeneratedRegex("[\u200B\u200C\u200D\uFEFF\u00AD\u2060\u180E]")]
    private static partial Regex Invisible();

    [GeneratedRegex("[ \t]+")]
    private static partial Regex Blanks();

    [GeneratedRegex("\n+")]
    private static partial Regex LineEnds();
}
