using System.Globalization;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>What the progress display shows at one moment.</summary>
/// <param name="Percent">0 to 100, or null when it is not known; anything outside is clamped by the view.</param>
internal sealed record ProgressReport(string Activity, string Status, double? Percent, IReadOnlyList<ProgressItem> Items);

/// <param name="Key">Same for the same item from one report to the next.</param>
internal sealed record ProgressItem(int Key, string Name, string Status, double? Percent);

/// <summary>Sizes for people; objects carry plain numbers.</summary>
internal static class HumanSize
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    public static string OrUnknown(long? bytes) => bytes is { } known ? Format(known) : "size not known";

    /// <summary>How much of something; its whole size may not be known.</summary>
    public static string OfWhole(long? done, long? total) => total is null ? OrUnknown(done) : $"{OrUnknown(done)} of {OrUnknown(total)}";

    public static string Format(double bytes)
    {
        int unit = 0;
        while (bytes >= 999.5 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        string format = unit == 0 || bytes >= 99.95 ? "0" : "0.0";
        return bytes.ToString(format, CultureInfo.CurrentCulture) + " " + Units[unit];
    }
}
