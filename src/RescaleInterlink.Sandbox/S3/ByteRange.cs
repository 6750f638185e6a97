using System.Globalization;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>A stretch of an object's content.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The Content-Range header of this stretch.</summary>
    public string ContentRange(long total) => string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{total}");

    /// <summary>
    /// Reads a Range header: one range, of which first-last, first- and -suffix are known. Null, meaning the whole, for several
    /// ranges and for what is no valid range, as S3 does.
    /// </summary>
    /// <exception cref="S3Exception">InvalidRange: it begins behind the end.</exception>
    public static ByteRange? Parse(string? header, long total)
    {
        const string unit = "bytes=";
        if (header is null || !header.StartsWith(unit, StringComparison.OrdinalIgnoreCase)) return null;
        var ends = header[unit.Length..].Trim().Split('-');
        if (ends.Length != 2) return null;
        var first = Number(ends[0]);
        var last = Number(ends[1]);
        if (ends[0].Length == 0)
        {
            if (last is not { } suffix) return null;
            if (suffix == 0 || total == 0) throw S3Errors.InvalidRange(header, total);
            return new ByteRange(Math.Max(0, total - suffix), Math.Min(suffix, total));
        }

        if (first is not { } offset || ends[1].Length > 0 && (last is null || last < first)) return null;
        if (offset >= total) throw S3Errors.InvalidRange(header, total);
        return new ByteRange(offset, Math.Min(last ?? long.MaxValue, total - 1) - offset + 1);
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
