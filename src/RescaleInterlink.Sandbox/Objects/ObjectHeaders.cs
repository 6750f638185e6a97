namespace RescaleInterlink.Sandbox.Objects;

/// <summary>The system metadata of an object: HTTP headers that S3 keeps and gives back as they came. Null when not set.</summary>
public sealed record ObjectHeaders(
    string? ContentType = null,
    string? ContentEncoding = null,
    string? ContentDisposition = null,
    string? ContentLanguage = null,
    string? CacheControl = null,
    string? Expires = null)
{
    /// <summary>No header set.</summary>
    public static ObjectHeaders None { get; } = new();
}
