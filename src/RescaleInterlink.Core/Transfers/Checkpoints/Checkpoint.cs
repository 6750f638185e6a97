using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>What a transfer needs to be continued by another process. Constants are written first, what changes after them.</summary>
internal abstract record Checkpoint
{
    /// <summary>Full path of the source or the destination.</summary>
    [JsonPropertyOrder(-10)]
    public required string LocalPath { get; init; }

    [JsonPropertyOrder(-9)]
    public required string RemoteId { get; init; }

    [JsonPropertyOrder(-8)]
    public required TransferDescription Description { get; init; }

    [JsonPropertyOrder(-7)]
    public required DateTimeOffset Begun { get; init; }

    /// <summary>Plaintext bytes that need not travel again.</summary>
    [JsonIgnore]
    public abstract long BytesDone { get; }

    /// <summary>Plaintext bytes of the whole; null when that shows only at its end.</summary>
    [JsonIgnore]
    public abstract long? BytesTotal { get; }

    /// <summary>The lowest version of the format that holds it, so that an older module still reads whatever it can.</summary>
    [JsonIgnore]
    public virtual int FormatVersion => 1;

    /// <summary>For whoever lists it; without its secrets.</summary>
    public abstract StoredTransfer Describe(StoredTransfer known);
}

/// <summary>What the file of a kind of checkpoint must know of it.</summary>
internal interface ICheckpointKind<T>
{
    static abstract TransferDirection Direction { get; }

    static abstract JsonTypeInfo<T> Json { get; }
}

/// <summary>Readers and writers, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UploadCheckpoint))]
[JsonSerializable(typeof(DownloadCheckpoint))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
