using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>A registered file: a library file (type 1) or a job's output (type 5).</summary>
public sealed record FileRecord : IRecord
{
    public const int InputType = 1;
    public const int OutputType = 5;

    public required string Id { get; init; }

    /// <summary>The id under which the file is listed in the Trash, where the platform shows a link and not the file itself.</summary>
    public required string SymlinkId { get; init; }
    public required string Name { get; init; }
    public int TypeId { get; init; } = InputType;

    /// <summary>The folder it lies in; kept while it is in the Trash, so that it can go back there.</summary>
    public string? FolderId { get; init; }

    /// <summary>When it went to the Trash by itself; null when it did not, or when only a folder above it did.</summary>
    public DateTimeOffset? TrashedAt { get; init; }
    public DateTimeOffset DateUploaded { get; init; }

    /// <summary>Length of the plaintext in bytes.</summary>
    public long DecryptedSize { get; init; }

    /// <summary>Base64 of the 32-byte key. A secret.</summary>
    public required string EncodedEncryptionKey { get; init; }

    /// <summary>Where its object lies.</summary>
    public StorageKind Storage { get; init; }

    /// <summary>Bucket and object key, or container and name of the blob.</summary>
    public required string Container { get; init; }
    public required string Path { get; init; }

    /// <summary>Lower-case hex SHA-512 of the plaintext; null when the registration gave none.</summary>
    public string? Sha512 { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public string? JobId { get; init; }
    public string? RunId { get; init; }

    /// <summary>Path beneath the work folder with <c>/</c>; outputs only.</summary>
    public string? RelativePath { get; init; }

    [JsonIgnore]
    public bool IsTrashed => TrashedAt is not null;

    public override string ToString() => $"File {Id}";
}
