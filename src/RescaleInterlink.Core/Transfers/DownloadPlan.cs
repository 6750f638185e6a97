using RescaleInterlink.Cryptography;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Transfers;

/// <summary>What a download of more than one chunk is going to fetch; one that continues must have the same.</summary>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="ChunkSize">Plaintext bytes of a chunk.</param>
internal sealed record DownloadPlan(
    ObjectProperties Object, ObjectFormat Format, long Length, int ChunkSize, IReadOnlyList<CbcChunk> Chunks);

/// <summary>Where a download has got to; tests end the process there.</summary>
internal enum DownloadStage
{
    /// <summary>The checkpoint exists; the partial file does not.</summary>
    Begun,

    /// <summary>The partial file exists.</summary>
    Created,

    /// <summary>A chunk is in the partial file and not in the checkpoint.</summary>
    Written,

    /// <summary>All is whole, verified and flushed.</summary>
    Flushed,

    /// <summary>The checkpoint says so.</summary>
    Noted,

    /// <summary>The file has its name; the checkpoint still exists.</summary>
    Published,
}
