using System.Text;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>User metadata and system headers between requests, descriptors and answers.</summary>
internal static class MetadataText
{
    private const string Prefix = "x-amz-meta-";

    // S3's own limit, in bytes of all names and values.
    private const int MostMetadata = 2048;

    /// <summary>What a request wants stored with its object.</summary>
    /// <exception cref="S3Exception">MetadataTooLarge.</exception>
    public static ObjectAttributes Read(HttpRequest request)
    {
        var metadata = request.Headers.Where(header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key[Prefix.Length..].ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        var length = metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        if (length > MostMetadata) throw S3Errors.MetadataTooLarge(length);
        return new ObjectAttributes(metadata, new ObjectHeaders(
            Value(request, "Content-Type"), ContentEncoding(request), Value(request, "Content-Disposition"),
            Value(request, "Content-Language"), Value(request, "Cache-Control"), Value(request, "Expires")));
    }

    /// <summary>A metadata value as a header can carry it: S3 gives back what is not ASCII in the encoding of RFC 2047.</summary>
    public static string ToHeader(string value) =>
        value.All(unit => unit is >= ' ' and <= '~' or '\t') ? value : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";

    private static string? Value(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? ToHeader(text) : null;

    // aws-chunked is the framing of the body, not an encoding of the object.
    private static string? ContentEncoding(HttpRequest request)
    {
        var codings = request.Headers.ContentEncoding.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(coding => !coding.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase)).ToList();
        return codings.Count == 0 ? null : string.Join(',', codings);
    }
}
