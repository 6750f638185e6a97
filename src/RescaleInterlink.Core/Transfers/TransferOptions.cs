using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <param name="ThrottleLimit">Most files in flight at once.</param>
/// <param name="Connections">Most storage requests in flight at once, over all files; null: as many as help.</param>
/// <param name="MemoryLimit">Most bytes of buffers, over all files; at least 32 MiB.</param>
/// <param name="MaxBytesPerSecond">Most encrypted bytes per second, over all files and both directions; at least 1 KiB; null: no limit.</param>
public sealed record TransferOptions(int ThrottleLimit = 5, int? Connections = null, long MemoryLimit = 512L << 20, long? MaxBytesPerSecond = null)
{
    private const long LeastMemory = 32L << 20;
    private const long UsualMemory = 512L << 20;
    private const long LeastBytesPerSecond = 1 << 10;

    /// <summary>For whoever names no memory limit: 512 MiB, but at most half of the memory that this process may have; at least 32 MiB.</summary>
    public static long DefaultMemoryLimit => MemoryLimitFor(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="available">Bytes.</param>
    internal static long MemoryLimitFor(long available) => Math.Clamp(available / 2, LeastMemory, UsualMemory);

    /// <summary>Plaintext bytes of an upload part, instead of the size that interop storage 5.2 gives; a multiple of 16.</summary>
    internal int? PartSize { get; init; }

    /// <summary>
    /// Plaintext bytes of a download chunk. At 50 MB/s and 20 ms to the first byte, which object stores are like, a request
    /// of 8 MiB loses an eighth to waiting, and the last chunks of a file still spread over several connections.
    /// </summary>
    internal int ChunkSize { get; init; } = 8 << 20;

    /// <summary>
    /// One upload takes at most this part (one n-th) of the connections and of the memory, so that slow ones leave room for
    /// the others; 1: all of it.
    /// </summary>
    internal int UploadShares { get; init; } = 1;

    /// <summary>Called where a resumable download has got to; tests end the process there.</summary>
    internal Action<DownloadStage>? OnDownloadStage { get; init; }

    /// <summary>Told whenever a transfer is held to something else: to what before, and to what now. Called from any thread, while it works: it has to be quick.</summary>
    internal Action<TransferActivity, TransferActivity>? OnActivity { get; init; }

    internal TransferOptions Validate()
    {
        Require(ThrottleLimit >= 1, "ThrottleLimit must be 1 or more.");
        Require(Connections is null or (>= 1 and <= AdaptiveLimit.Most), $"Connections must be between 1 and {AdaptiveLimit.Most}.");
        Require(MemoryLimit >= LeastMemory || PartSize is not null, "MemoryLimit must be 32 MiB or more.");
        Require(MaxBytesPerSecond is null or >= LeastBytesPerSecond, "MaxBytesPerSecond must be 1 KiB or more.");
        Require(ChunkSize > 0 && ChunkSize % CipherBlock.Size == 0, "ChunkSize must be a multiple of 16.");
        Require(PartSize is null or > 0 && PartSize.GetValueOrDefault() % CipherBlock.Size == 0, "PartSize must be a multiple of 16.");
        return this;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds) throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, message, "Give a value within that limit.");
    }
}
