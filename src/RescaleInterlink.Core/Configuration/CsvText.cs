using System.Text;

namespace RescaleInterlink.Configuration;

/// <summary>
/// CSV exactly as Go's encoding/csv reads and writes it, since the Go tool shares the file: the same number of fields in
/// every row, quotes as in RFC 4180, no quote within an unquoted field, empty lines skipped, CR LF read as LF.
/// </summary>
internal static class CsvText
{
    /// <exception cref="FormatException">The message names the line, and nothing of what it holds.</exception>
    public static IReadOnlyList<string[]> Read(string text)
    {
        var lines = Lines(text);
        var rows = new List<string[]>();
        for (var next = 0; next < lines.Count;)
        {
            var first = next + 1;
            if (lines[next] == "\n")
            {
                next++;
                continue;
            }

            var row = ReadRow(lines, ref next);
            if (rows.Count > 0 && rows[0].Length != row.Length)
                throw new FormatException($"line {first} has {row.Length} fields, and the first row has {rows[0].Length}");
            rows.Add(row);
        }

        return rows;
    }

    public static string Write(IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
            text.AppendJoin(',', row.Select(Quote)).Append('\n');
        return text.ToString();
    }

    private static string Quote(string field)
    {
        var needed = field == "\\." || field.AsSpan().ContainsAny("\n\r\",") || (field.Length > 0 && char.IsWhiteSpace(field[0]));
        return needed ? "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : field;
    }

    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0)
            {
                // A CR at the very end goes too; a line of nothing else is none.
                var last = text.EndsWith('\r') ? text[start..^1] : text[start..];
                if (last.Length > 0)
                    lines.Add(last);
                break;
            }

            lines.Add(end > start && text[end - 1] == '\r' ? text[start..(end - 1)] + "\n" : text[start..(end + 1)]);
            start = end + 1;
        }

        return lines;
    }

    private static string[] ReadRow(List<string> lines, ref int next)
    {
        var fields = new List<string>();
        var line = lines[next++];
        var at = 0;
        while (true)
        {
            var quoted = at < line.Length && line[at] == '"';
            fields.Add(quoted ? ReadQuoted(lines, ref next, ref line, ref at) : ReadPlain(line, ref at, next));
            if (at >= line.Length || line[at] != ',')
                return [.. fields];
            at++;
        }
    }

    private static string ReadPlain(string line, ref int at, int number)
    {
        var end = line.IndexOf(',', at);
        var field = end < 0 ? line[at..].TrimEnd('\n') : line[at..end];
        if (field.Contains('"', StringComparison.Ordinal))
            throw new FormatException($"line {number} has a quote within a field that does not begin with one");
        at += field.Length;
        return field;
    }

    private static string ReadQuoted(List<string> lines, ref int next, ref string line, ref int at)
    {
        var begun = next;
        var field = new StringBuilder();
        at++;
        while (true)
        {
            var quote = line.IndexOf('"', at);
            if (quote < 0)
            {
                field.Append(line, at, line.Length - at);
                if (next == lines.Count)
                    throw new FormatException($"the quote of line {begun} is not closed");
                (line, at) = (lines[next++], 0);
                continue;
            }

            field.Append(line, at, quote - at);
            at = quote + 1;
            if (at < line.Length && line[at] == '"')
            {
                field.Append('"');
                at++;
            }
            else if (at == line.Length || line[at] is ',' or '\n')
            {
                return field.ToString();
            }
            else
            {
                throw new FormatException($"line {next} goes on behind a closing quote");
            }
        }
    }
}
