using System.Text;

namespace RescaleInterlink.Errors;

/// <summary>Makes text of unknown origin fit for a terminal: what would move the cursor, colour the line or turn the direction of
/// reading is written as an escape, <c>\u001b</c>.</summary>
public static class ShownText
{
    /// <summary>A name: every such character is escaped, so that two names that differ also look different.</summary>
    public static string Escape(string? text) => Write(text, oneLine: false);

    /// <summary>A message: line breaks and tabs become a single space, the rest is escaped.</summary>
    public static string OneLine(string? text) => Write(text, oneLine: true);

    /// <summary>Control characters, line and paragraph separators, and marks that reverse the direction of reading.</summary>
    public static bool IsUnsafe(char c)
        => char.IsControl(c) || c is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Write(string? text, bool oneLine)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (!text.Any(IsUnsafe))
            return text;
        var shown = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!IsUnsafe(c))
                shown.Append(c);
            else if (!oneLine || c is not ('\r' or '\n' or '\t' or '\u0085' or '\u2028' or '\u2029'))
                shown.Append($"\\u{(int)c:x4}");
            else if (shown.Length > 0 && shown[^1] != ' ')
                shown.Append(' ');
        }

        return oneLine ? shown.ToString().TrimEnd() : shown.ToString();
    }
}
