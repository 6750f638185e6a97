using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library;

/// <summary>
/// Whether a folder tells upper from lower case. Windows and macOS usually do not; on Linux it depends on the disk: shares, memory sticks
/// and the Windows drives of WSL do not, and some folders of other disks.
/// </summary>
internal static class LetterCase
{
    /// <param name="folder">Full path; of one that is not there the nearest that is there decides.</param>
    public static StringComparison ComparisonIn(string folder)
        => LocalNames.Comparison == StringComparison.Ordinal && IsIgnoredIn(folder) ? StringComparison.OrdinalIgnoreCase : LocalNames.Comparison;

    /// <summary>Asks the disk with an empty file that is gone when this returns. Only worth it when two names differ by case alone.</summary>
    /// <returns>False too where nothing can be written: then nothing is replaced either.</returns>
    public static bool IsIgnoredIn(string folder)
    {
        var place = Path.GetFullPath(folder);
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above)
            place = above;
        var probe = Path.Combine(place, $".rescale-case-{Guid.NewGuid():n}");
        try
        {
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return File.Exists(Path.Combine(place, Path.GetFileName(probe).ToUpperInvariant()));
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, probe) is not null)
        {
            return false;
        }
    }

    /// <summary>Whether names that differ are equal but for case.</summary>
    public static bool HasTwins(IEnumerable<string> names)
    {
        var distinct = names.ToHashSet(StringComparer.Ordinal);
        return distinct.Count != new HashSet<string>(distinct, StringComparer.OrdinalIgnoreCase).Count;
    }
}
