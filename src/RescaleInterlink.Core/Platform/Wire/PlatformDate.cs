using System.Globalization;
using System.Text.RegularExpressions;

namespace RescaleInterlink.Platform.Wire;

/// <summary>Points in time in the forms that servers write them: ISO 8601 and RFC 3339, HTTP dates, and seconds or milliseconds
/// since 1970. Without an offset they are UTC.</summary>
/// <remarks>A date that only looks like one ("12:30", "05/06/2024") is none: guessing would show a wrong date.</remarks>
internal static partial class PlatformDate
{
    /// <summary>No form is longer; the rest is no date, whatever its length.</summary>
    private const int Longest = 64;

    /// <summary>Seconds since 1970 reach it in the year 5138, milliseconds did in 1973.</summary>
    private const double SmallestMilliseconds = 1e11;

    private static readonly string[] HttpForms = ["r", "ddd, d MMM yyyy HH:mm:ss 'GMT'", "ddd, d MMM yyyy HH:mm:ss zzz"];

    /// <returns>Null for what is no date, or none that can be represented.</returns>
    public static DateTimeOffset? Parse(string? text)
    {
        if (text is null || text.Length > Longest)
            return null;
        text = text.Trim();
        if (Iso().Match(text) is { Success: true } parts)
            return FromParts(parts);
        if (text.Length is >= 9 and <= 16 && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return FromNumber(number);
        return DateTimeOffset.TryParseExact(text, HttpForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
    }

    public static DateTimeOffset? FromNumber(double number)
    {
        var milliseconds = Math.Abs(number) < SmallestMilliseconds ? number * 1000 : number;
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : null;
    }

    private static DateTimeOffset? FromParts(Match parts)
    {
        int year = Number(parts, "y"), month = Number(parts, "m"), day = Number(parts, "d");
        int hour = Number(parts, "h"), minute = Number(parts, "min"), second = Number(parts, "s");
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
            return null;
        // A leap second has no place in .NET's time.
        var local = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Unspecified).AddTicks(Fraction(parts.Groups["f"].ValueSpan));
        var offset = new TimeSpan(Number(parts, "oh"), Number(parts, "om"), 0);
        if (offset > TimeSpan.FromHours(14) || Number(parts, "om") > 59)
            return null;
        if (parts.Groups["sign"].ValueSpan is "-")
            offset = -offset;
        var utc = local.Ticks - offset.Ticks;
        return utc >= 0 && utc <= DateTime.MaxValue.Ticks ? new DateTimeOffset(local, offset) : null;
    }

    private static int Number(Match parts, string name)
        => parts.Groups[name] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    /// <summary>Ticks are 100 ns: what is finer is cut.</summary>
    private static long Fraction(ReadOnlySpan<char> digits)
    {
        long ticks = 0;
        for (var i = 0; i < 7; i++)
            ticks = (ticks * 10) + (i < digits.Length ? digits[i] - '0' : 0);
        return ticks;
    }

    [GeneratedRegex(
        @"^(?<y>[0-9]{4})-(?<m>[0-9]{2})-(?<d>[0-9]{2})(?:[Tt ](?<h>[0-9]{2}):(?<min>[0-9]{2})(?::(?<s>[0-9]{2})(?:[.,](?<f>[0-9]{1,30}))?)?(?: ?(?:[Zz]|(?<sign>[+-])(?<oh>[0-9]{2})(?::?(?<om>[0-9]{2}))?))?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Iso();
}
