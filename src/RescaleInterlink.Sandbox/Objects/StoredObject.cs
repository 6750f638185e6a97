using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>What the repository knows of one object: its descriptor. Immutable; a new version is a new descriptor.</summary>
public sealed record StoredObject
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The key: any Unicode, case-sensitive.</summary>
    public required string Key { get; init; }

    /// <summary>Bytes of content.</summary>
    [JsonIgnore]
    public long Length { get; private init; }

    /// <summary>Without quotes: hex MD5 of the content, or of a multipart upload the hex MD5 of the parts' MD5s, "-" and their number.</summary>
    public required string ETag { get; init; }

    /// <summary>When it was committed; HTTP shows whole seconds of it.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>User metadata: lower-case names without "x-amz-meta-".</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Content-Type and its like.</summary>
    public ObjectHeaders Headers { get; init; } = ObjectHeaders.None;

    /// <summary>The content files in order.</summary>
    public required IReadOnlyList<ContentSegment> Segments
    {
        get;
        init
        {
            field = value;
            Length = value.Sum(segment => segment.Length);
        }
    }

    /// <summary>The additional checksum, when the client gave one.</summary>
    public ObjectChecksum? Checksum { get; init; }

    /// <summary>The multipart upload it came from; null for an object put whole.</summary>
    public string? UploadId { get; init; }
}
