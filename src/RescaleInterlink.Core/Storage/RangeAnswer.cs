using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage;

/// <summary>Holds an answer to a ranged read against what was asked for.</summary>
internal static class RangeAnswer
{
    /// <param name="contentRange"><c>bytes first-last/total</c>; null when the whole object was sent.</param>
    /// <param name="contentLength">Bytes that the answer promises.</param>
    /// <exception cref="RescaleException">ObjectChanged when the object ends before the range does; else StorageFault, to be tried again.</exception>
    public static void Require(string key, string? contentRange, long? contentLength, long offset, long length)
    {
        if (Total(contentRange) is { } total && total < offset + length)
            throw new RescaleException(ErrorIds.ObjectChanged, ErrorKind.Integrity,
                $"{StoreRequest.Get.Describe(key)} failed: it has {total} bytes, which is less than it had.", "The object is shorter than it was; start again.");
        if (contentLength != length) throw WrongLength(key, contentLength ?? 0, length);
        if (First(contentRange) is { } first && first != offset) throw WrongLength(key, 0, length);
    }

    /// <summary>For a read from the first byte on, of an object whose length is not known.</summary>
    /// <returns>Bytes of the object, and bytes that this answer has: as many as were asked for, or the whole object.</returns>
    /// <exception cref="RescaleException">StorageFault, to be tried again.</exception>
    public static (long Total, int Length) RequireStart(string key, string? contentRange, long? contentLength, int asked)
    {
        var total = Total(contentRange) ?? contentLength ?? 0;
        var length = Math.Min(asked, total);
        if (contentLength != length || (First(contentRange) ?? 0) != 0) throw WrongLength(key, contentLength ?? 0, length);
        return (total, (int)length);
    }

    public static RescaleException WrongLength(string key, long actual, long expected) => new(
        ErrorIds.StorageFault, ErrorKind.ServerFault,
        $"{StoreRequest.Get.Describe(key)} gave {actual} bytes where {expected} were asked for.", "The storage is in trouble; try again later.")
    { Behavior = ErrorBehavior.Retry };

    private static long? Total(string? contentRange) =>
        contentRange?.LastIndexOf('/') is { } slash and >= 0 ? Number(contentRange.AsSpan(slash + 1)) : null;

    private static long? First(string? contentRange) =>
        contentRange?.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase) == true && contentRange.IndexOf('-', StringComparison.Ordinal) is var dash and > 0
            ? Number(contentRange.AsSpan(6..dash))
            : null;

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
