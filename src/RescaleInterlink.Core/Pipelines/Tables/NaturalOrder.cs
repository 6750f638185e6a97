namespace RescaleInterlink.Pipelines.Tables;

/// <summary>Compares digit runs by their value and all else by character: Run_2 before Run_10. Equal values go by their width.</summary>
public sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return string.CompareOrdinal(x, y);
        var (i, j) = (0, 0);
        while (i < x.Length && j < y.Length)
        {
            var order = char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]) ? CompareNumbers(x, ref i, y, ref j) : x[i++].CompareTo(y[j++]);
            if (order != 0)
                return order;
        }

        var rest = (x.Length - i).CompareTo(y.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static int CompareNumbers(string x, ref int i, string y, ref int j)
    {
        var a = TakeDigits(x, ref i);
        var b = TakeDigits(y, ref j);
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    /// <summary>Without leading zeros, so that the longer one is the larger.</summary>
    private static ReadOnlySpan<char> TakeDigits(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
            i++;
        return text.AsSpan(start, i - start).TrimStart('0');
    }
}
