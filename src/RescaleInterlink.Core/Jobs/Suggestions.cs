namespace RescaleInterlink.Jobs;

/// <summary>What someone may have meant who mistyped a name.</summary>
internal static class Suggestions
{
    /// <summary>As many as the Go tool offers (interop files 4.6).</summary>
    private const int Most = 3;

    /// <summary>Longer texts are no mistyped names, and comparing them costs the product of their lengths.</summary>
    private const int LongestCompared = 100;

    /// <returns>For the end of a sentence: <c> (did you mean emerald?)</c>, or nothing.</returns>
    /// <param name="known">What is offered, with another name for it.</param>
    public static string Ask(string typed, IEnumerable<(string Text, string? Alias)> known)
    {
        var found = Find(typed, known);
        return found.Count == 0 ? "" : $" (did you mean {string.Join(" or ", found)}?)";
    }

    /// <summary>The nearest first. Near is: one slip (a letter more, less, other, or two exchanged) for every three letters, or a beginning.</summary>
    public static IReadOnlyList<string> Find(string typed, IEnumerable<(string Text, string? Alias)> known)
    {
        var word = Fold(typed);
        if (word.Length is 0 or > LongestCompared)
            return [];
        var slips = Math.Max(1, word.Length / 3);
        return
        [
            .. known.Where(one => one.Text.Length > 0)
                .Select(one => (one.Text, Distance: Math.Min(Measure(word, one.Text), Measure(word, one.Alias))))
                .Where(one => one.Distance <= slips)
                .OrderBy(one => one.Distance).ThenBy(one => one.Text, StringComparer.Ordinal)
                .Select(one => one.Text).Distinct(StringComparer.Ordinal).Take(Most),
        ];
    }

    private static int Measure(string word, string? name)
    {
        var other = Fold(name ?? "");
        if (other.Length is 0 or > LongestCompared)
            return int.MaxValue;
        var distance = Distance(word, other);
        return word.Length > 2 && other.StartsWith(word, StringComparison.Ordinal) ? Math.Min(distance, 1) : distance;
    }

    private static string Fold(string text) => text.Trim().ToUpperInvariant();

    /// <summary>Optimal string alignment: edits of one letter, and the exchange of two neighbours, count 1.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }

        return rows[a.Length, b.Length];
    }
}
