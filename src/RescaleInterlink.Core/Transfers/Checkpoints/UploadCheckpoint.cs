using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>An upload that can be continued. It holds the file's own key, without which nothing can be added to the object, and no credential.</summary>
internal sealed record UploadCheckpoint : Checkpoint, ICheckpointKind<UploadCheckpoint>
{
    public static TransferDirection Direction => TransferDirection.Upload;
    public static JsonTypeInfo<UploadCheckpoint> Json => CheckpointJson.Default.UploadCheckpoint;

    public required string Key { get; init; }

    /// <summary>32 bytes. A secret.</summary>
    public required byte[] EncryptionKey { get; init; }

    /// <summary>16 bytes.</summary>
    public required byte[] Iv { get; init; }

    /// <summary>Plaintext bytes of every part but the last.</summary>
    public required int PartSize { get; init; }

    public required ObjectFormat Format { get; init; }

    /// <summary>Plaintext bytes. Of bytes that are made while they are read it is null until the last of them was.</summary>
    public long? SourceLength { get; init; }

    /// <summary>See <see cref="SourceIdentity"/>.</summary>
    public string? SourceStamp { get; init; }

    /// <summary>See <see cref="IForwardSource.Maker"/>; null for a source that has ranges. Since version 2.</summary>
    public string? Maker { get; init; }

    /// <summary>Null while the store has not been heard of; empty where uploads have no id (Azure).</summary>
    [JsonPropertyOrder(1)]
    public string? UploadId { get; init; }

    [JsonPropertyOrder(2)]
    public bool HasChecksums { get; init; }

    /// <summary>Hex; known when all parts are there, before the commit.</summary>
    [JsonPropertyOrder(3)]
    public string? Sha512 { get; init; }

    /// <summary>The object is whole; what is left is what follows the commit.</summary>
    [JsonPropertyOrder(4)]
    public bool IsCommitted { get; init; }

    /// <summary>By number.</summary>
    [JsonPropertyOrder(5)]
    public IReadOnlyList<FinishedPart> Parts { get; init; } = [];

    public override long BytesDone
    {
        get
        {
            var lengths = new PartLengths(SourceLength, PartSize);
            return IsCommitted && SourceLength is { } all ? all : Parts.Where(lengths.Fits).Sum(lengths.Of);
        }
    }

    public override long? BytesTotal => SourceLength;

    public override int FormatVersion => Maker is null ? 1 : 2;

    public override StoredTransfer Describe(StoredTransfer known) => known with
    {
        ObjectKey = Key,
        UploadId = UploadId,
        Format = Format,
        IsCommitted = IsCommitted,
    };

    public override string ToString() => $"UploadCheckpoint {{ LocalPath = {LocalPath}, Key = {Key}, Parts = {Parts.Count} }}";
}

/// <param name="Number">1-based.</param>
/// <param name="ETag">As the store gave it; empty where parts have none.</param>
/// <param name="Checksum">Base64 of the ciphertext's CRC32C, when the upload has checksums.</param>
/// <param name="Length">Cipher bytes.</param>
/// <param name="PlainCrc">CRC32C of the plaintext, which tells later whether the source still is what was sent.</param>
/// <param name="LastBlock">The last 16 cipher bytes: the IV of the part after it.</param>
internal sealed record FinishedPart(int Number, string ETag, string? Checksum, long Length, uint PlainCrc, byte[] LastBlock);
