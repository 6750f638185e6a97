using System.Text;
using System.Text.RegularExpressions;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Folders;

/// <summary>
/// A pattern over relative paths whose names are separated by <c>/</c>. <c>*</c> and <c>?</c> stay within a name, <c>[a-z]</c> and
/// <c>[!a-z]</c> are one character, <c>**</c> is any number of folders. A pattern without a separator is about the name alone, at any depth;
/// one with a separator is about the path from the top. One that ends in <c>/</c> is about folders only. Case counts.
/// </summary>
internal sealed class PathGlob
{
    private readonly Regex _regex;
    private readonly bool _nameOnly;
    private readonly bool _foldersOnly;

    /// <exception cref="RescaleException">TransferOptionInvalid.</exception>
    public PathGlob(string pattern)
    {
        var text = pattern.Replace('\\', '/');
        _foldersOnly = text.EndsWith('/');
        var body = text.TrimEnd('/');
        _nameOnly = !body.Contains('/', StringComparison.Ordinal) && body != "**";
        body = body.TrimStart('/');
        if (body.StartsWith("./", StringComparison.Ordinal))
            body = body[2..];
        if (body.Length == 0)
            throw Invalid(pattern, "it is empty");
        // Without backtracking no pattern takes long, whatever the name.
        _regex = new Regex(@"\A" + Translate(body, pattern) + @"\z", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <param name="relativePath">Names separated by <c>/</c>.</param>
    public bool Matches(string relativePath, bool isFolder)
        => (isFolder || !_foldersOnly) && _regex.IsMatch(_nameOnly ? relativePath[(relativePath.LastIndexOf('/') + 1)..] : relativePath);

    private static string Translate(string body, string pattern)
    {
        var segments = body.Split('/');
        var regex = new StringBuilder();
        for (var i = 0; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            if (segments[i] == "**")
            {
                // "x/**" is what lies beneath x, not x itself; "**/x" is x at any depth, the top included.
                regex.Append(last ? ".+" : "(?:[^/]+/)*");
                continue;
            }

            AppendSegment(regex, segments[i], pattern);
            if (!last)
                regex.Append('/');
        }

        return regex.ToString();
    }

    private static void AppendSegment(StringBuilder regex, string segment, string pattern)
    {
        for (var i = 0; i < segment.Length; i++)
        {
            switch (segment[i])
            {
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[':
                    i = AppendSet(regex, segment, i, pattern);
                    break;
                default:
                    regex.Append(Regex.Escape(segment[i].ToString()));
                    break;
            }
        }
    }

    /// <returns>Where the set ends.</returns>
    private static int AppendSet(StringBuilder regex, string segment, int start, string pattern)
    {
        var first = start + 1;
        var negated = first < segment.Length && segment[first] is '!' or '^';
        if (negated)
            first++;
        // A bracket that comes first is a member: []x] and [!]x].
        var end = segment.IndexOf(']', Math.Min(first + 1, segment.Length));
        if (end < 0)
            throw Invalid(pattern, "its '[' is not closed");
        regex.Append(negated ? "[^/" : "[");
        for (var i = first; i < end; i++)
        {
            var from = segment[i];
            if (i + 2 < end && segment[i + 1] == '-')
            {
                if (segment[i + 2] < from)
                    throw Invalid(pattern, $"its range '{segment[i..(i + 3)]}' runs backwards");
                regex.Append(Member(from)).Append('-').Append(Member(segment[i + 2]));
                i += 2;
                continue;
            }

            regex.Append(Member(from));
        }

        regex.Append(negated ? "]" : "-[/]]");
        return end;
    }

    private static string Member(char c) => c is '\\' or ']' or '[' or '^' or '-' ? $"\\{c}" : c.ToString();

    private static RescaleException Invalid(string pattern, string why) => new(
        ErrorIds.TransferOptionInvalid,
        ErrorKind.InvalidInput,
        $"'{pattern}' is no pattern: {why}.",
        "Write '[[]' for a bracket that is part of a name.");
}
