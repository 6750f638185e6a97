using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>A multipart upload that has been created and neither completed nor aborted. Immutable; a new part makes a new value.</summary>
public sealed record MultipartUpload
{
    /// <summary>The upload id: 32 hex digits, to clients an opaque string.</summary>
    public required string Id { get; init; }

    /// <summary>The bucket of the object to be.</summary>
    public required string Bucket { get; init; }

    /// <summary>The key of the object to be.</summary>
    public required string Key { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset Initiated { get; init; }

    /// <summary>Metadata and headers the object will have.</summary>
    public required ObjectAttributes Attributes { get; init; }

    /// <summary>The checksum algorithm announced at creation, or none.</summary>
    public DigestAlgorithms ChecksumAlgorithm { get; init; }

    /// <summary>Whether the object's checksum is to be one of the parts' checksums; else one of the whole content.</summary>
    public bool ChecksumIsComposite { get; init; }

    /// <summary>The parts by number. Kept in files of their own, not in the upload's.</summary>
    [JsonIgnore]
    public ImmutableSortedDictionary<int, StoredPart> Parts { get; init; } = ImmutableSortedDictionary<int, StoredPart>.Empty;
}
