using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RescaleInterlink.Pipelines.Tables;

/// <summary>A number in a command that looks like the number of a run.</summary>
/// <param name="Start">Where the match begins: the word before the number.</param>
/// <param name="Text">The whole match.</param>
/// <param name="NumberStart">Where the number begins in the command.</param>
/// <param name="Number">Its digits, leading zeros included.</param>
public sealed record CommandNumber(int Start, string Text, int NumberStart, string Number)
{
    internal int End => Start + Text.Length;
}

/// <summary>Finds the numbers of runs in commands and puts others in their place (interop files 6). Positions are UTF-16.</summary>
/// <remarks>Which number a command had is not asked: all that look like one are changed.</remarks>
public static partial class CommandPattern
{
    private const int Years = 2000;
    private const int YearsEnd = 2099;
    private const int Largest = 9999;
    private const int LargestVersion = 99;
    private const int LargestProgramVersion = 19;
    private static readonly HashSet<int> Ports = [80, 443, 3000, 3001, 5000, 8000, 8080, 8081, 8082, 8888, 9000];

    /// <summary>Programs that carry their version in their name.</summary>
    private static readonly HashSet<string> Programs = new(StringComparer.OrdinalIgnoreCase) { "python", "gcc", "node", "java", "ruby", "php" };

    /// <summary>All that is detected, pattern by pattern; a number that two patterns find is there twice.</summary>
    public static IReadOnlyList<CommandNumber> Detect(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return [.. new[] { WithExtension(), WithText(), WithSeparator(), WithoutSeparator() }
            .SelectMany(pattern => pattern.Matches(command))
            .Where(static match => IsNumberOfRun(match.Groups[1].Value, match.Groups[2].Value))
            .Select(static match => new CommandNumber(match.Index, match.Value, match.Groups[2].Index, match.Groups[2].Value))];
    }

    /// <summary>Those that are replaced, in their order: of matches that overlap the one that begins first, and of these the longest.</summary>
    public static IReadOnlyList<CommandNumber> Find(string command)
    {
        var found = new List<CommandNumber>();
        foreach (var number in Detect(command).OrderBy(static number => number.Start).ThenByDescending(static number => number.Text.Length))
        {
            if (found.Count == 0 || number.Start >= found[^1].End)
                found.Add(number);
        }

        return found;
    }

    /// <summary>The command of another run. A number keeps at least the width that it had.</summary>
    /// <param name="number">Decimal digits without leading zeros, as of <see cref="RunFolder.Number"/>.</param>
    public static string Replace(string command, string number)
    {
        ArgumentNullException.ThrowIfNull(number);
        var result = new StringBuilder();
        var done = 0;
        foreach (var old in Find(command))
        {
            result.Append(command, done, old.NumberStart - done).Append(number.PadLeft(old.Number.Length, '0'));
            done = old.NumberStart + old.Number.Length;
        }

        return result.Append(command, done, command.Length - done).ToString();
    }

    /// <inheritdoc cref="Replace(string, string)"/>
    public static string Replace(string command, int number) => Replace(command, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Neither a year nor a port nor a version.</summary>
    private static bool IsNumberOfRun(string prefix, string digits)
        => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value is not (>= Years and <= YearsEnd or > Largest)
            && !Ports.Contains(value)
            && !(value <= LargestVersion && prefix[^1] is 'v' or 'V')
            && !(value <= LargestProgramVersion && Programs.Contains(prefix));

    // ECMAScript: \b, \d and \s are those of ASCII, as in Go. Group 1 is what stands before the number, group 2 the number.

    /// <summary>data_1.txt</summary>
    [GeneratedRegex(@"(\b[a-zA-Z_]+[_-])(\d+)\.[a-zA-Z0-9]+", RegexOptions.ECMAScript)]
    private static partial Regex WithExtension();

    /// <summary>Run_335_Fluid_Meas.avg.snc</summary>
    [GeneratedRegex(@"(\b[a-zA-Z_]+[_-])(\d+)[_-][a-zA-Z_][a-zA-Z0-9_.\-]+", RegexOptions.ECMAScript)]
    private static partial Regex WithText();

    /// <summary>run_1</summary>
    [GeneratedRegex(@"(\b[a-zA-Z_]+[_-])(\d+)\b", RegexOptions.ECMAScript)]
    private static partial Regex WithSeparator();

    /// <summary>test001</summary>
    [GeneratedRegex(@"(\b[a-zA-Z]+)(\d+)(?=\s|$|\.)", RegexOptions.ECMAScript)]
    private static partial Regex WithoutSeparator();
}
