using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>A download that can be continued. It holds no key: the file's record has it.</summary>
internal sealed record DownloadCheckpoint : Checkpoint, ICheckpointKind<DownloadCheckpoint>
{
    public static TransferDirection Direction => TransferDirection.Download;
    public static JsonTypeInfo<DownloadCheckpoint> Json => CheckpointJson.Default.DownloadCheckpoint;

    public required string Key { get; init; }

    public required string ETag { get; init; }

    /// <summary>Stored bytes.</summary>
    public required long ObjectLength { get; init; }

    /// <summary>Plaintext bytes.</summary>
    public required long PlainLength { get; init; }

    public required ObjectFormat Format { get; init; }

    /// <summary>Plaintext bytes of a chunk.</summary>
    public required int ChunkSize { get; init; }

    /// <summary>The first 8 bytes of the SHA-256 of the encryption key: tells another key, and not which one.</summary>
    public required byte[] KeyFingerprint { get; init; }

    /// <summary>Hex, when the file's record has it.</summary>
    public string? Sha512 { get; init; }

    /// <summary>Full path of the partial file.</summary>
    public required string PartialFile { get; init; }

    /// <summary>Plaintext bytes in the partial file.</summary>
    [JsonPropertyOrder(1)]
    public long Received { get; init; }

    /// <summary>One bit for each chunk in the partial file, lowest bit first.</summary>
    [JsonPropertyOrder(2)]
    public byte[] Finished { get; init; } = [];

    /// <summary>CRC32C of the plaintext of each of them, 4 bytes little-endian; 0 for the others. As text, a file of 1 TiB would take 4 MiB a save.</summary>
    [JsonPropertyOrder(3)]
    public byte[] Checksums { get; init; } = [];

    /// <summary>Hex, of what the partial file holds when it is whole; what is left is its new name.</summary>
    [JsonPropertyOrder(4)]
    public string? WholeSha512 { get; init; }

    public override long BytesDone => Received;

    public override long? BytesTotal => PlainLength;

    public override StoredTransfer Describe(StoredTransfer known) => known with { ObjectKey = Key, PartialFile = PartialFile };
}
