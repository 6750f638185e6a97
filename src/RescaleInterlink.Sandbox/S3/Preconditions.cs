using System.Globalization;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>The conditional headers of HTTP, as S3 takes them.</summary>
internal static class Preconditions
{
    /// <summary>Holds a reading request to its conditions.</summary>
    /// <returns>Whether the client has the object already: answer 304.</returns>
    /// <exception cref="S3Exception">PreconditionFailed.</exception>
    public static bool IsUnchanged(IHeaderDictionary headers, StoredObject stored)
    {
        var ifMatch = headers.IfMatch.ToString();
        if (ifMatch.Length > 0)
        {
            if (!Matches(ifMatch, stored.ETag)) throw S3Errors.PreconditionFailed("If-Match");
        }
        else if (Time(headers.IfUnmodifiedSince) is { } until && Seconds(stored) > until) throw S3Errors.PreconditionFailed("If-Unmodified-Since");

        var ifNoneMatch = headers.IfNoneMatch.ToString();
        if (ifNoneMatch.Length > 0) return Matches(ifNoneMatch, stored.ETag);
        return Time(headers.IfModifiedSince) is { } since && Seconds(stored) <= since;
    }

    /// <summary>Whether a range may be served: there is no If-Range, or it names this very version.</summary>
    public static bool AllowRange(IHeaderDictionary headers, StoredObject stored)
    {
        var ifRange = headers.IfRange.ToString();
        if (ifRange.Length == 0) return true;
        return Time(ifRange) is { } time ? Seconds(stored) == time : Unquote(ifRange) == stored.ETag;
    }

    /// <summary>What a writing request demands of the object in place: If-Match, If-None-Match.</summary>
    /// <exception cref="S3Exception">PreconditionFailed, or NoSuchKey when If-Match meets no object.</exception>
    public static void CheckWrite(IHeaderDictionary headers, string key, StoredObject? inPlace)
    {
        var ifMatch = headers.IfMatch.ToString();
        if (ifMatch.Length > 0)
        {
            if (inPlace is null) throw S3Errors.NoSuchKey(key);
            if (!Matches(ifMatch, inPlace.ETag)) throw S3Errors.PreconditionFailed("If-Match");
        }

        if (headers.IfNoneMatch.ToString() is { Length: > 0 } ifNoneMatch && inPlace is not null && Matches(ifNoneMatch, inPlace.ETag))
            throw S3Errors.PreconditionFailed("If-None-Match");
    }

    /// <summary>The conditions a copy makes about its source.</summary>
    /// <exception cref="S3Exception">PreconditionFailed.</exception>
    public static void CheckCopySource(IHeaderDictionary headers, StoredObject source)
    {
        var conditions = new HeaderDictionary
        {
            ["If-Match"] = headers["x-amz-copy-source-if-match"],
            ["If-None-Match"] = headers["x-amz-copy-source-if-none-match"],
            ["If-Modified-Since"] = headers["x-amz-copy-source-if-modified-since"],
            ["If-Unmodified-Since"] = headers["x-amz-copy-source-if-unmodified-since"],
        };
        if (IsUnchanged(conditions, source)) throw S3Errors.PreconditionFailed("x-amz-copy-source-If-None-Match");
    }

    private static bool Matches(string list, string etag) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(one => one == "*" || Unquote(one) == etag);

    private static string Unquote(string etag) => (etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag).Trim('"');

    private static DateTimeOffset? Time(string? text) => DateTimeOffset.TryParseExact(
        text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    // HTTP knows whole seconds only.
    private static DateTimeOffset Seconds(StoredObject stored) => stored.LastModified.AddTicks(-(stored.LastModified.Ticks % TimeSpan.TicksPerSecond));
}
