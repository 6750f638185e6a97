using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>What all transfers of one engine share.</summary>
internal sealed class EngineResources : IDisposable
{
    // A chunk in memory for each of the connections there usually are; those that the hash still needs are kept where there is room.
    private const int ChunksInMemory = 16;
    private const int SmallestChunk = 256 << 10;

    // Under a bandwidth limit each connection keeps this much, so that no part of up to 64 MiB takes near the 10 minutes it may.
    private const long LeastPerConnection = 128 << 10;

    // A chunk takes no longer than this when the bandwidth is limited.
    private const long SecondsPerChunk = 8;
    private const int SmallestLimitedChunk = 64 << 10;

    public EngineResources(TransferOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Memory = new MemoryBudget(options.MemoryLimit, options.ThrottleLimit > 1 ? options.MemoryLimit / 4 : 0);
        Buffers = new BufferPool(Memory);
        Files = new FileQueue(options.ThrottleLimit);
        Bandwidth = options.MaxBytesPerSecond is { } most ? new BandwidthLimit(most, time) : null;
        MostConnections = options.Connections
            ?? (int)Math.Clamp((options.MaxBytesPerSecond ?? long.MaxValue) / LeastPerConnection, 1, AdaptiveLimit.Most);
        Requests = new RequestQueue(
            options.Connections is null ? new AdaptiveLimit(time, MostConnections) : AdaptiveLimit.Fixed(MostConnections));
        // Decrypting and writing take a thread, and block it while the disk is behind; more of them than cores would only take threads
        // from the network.
        Disk = new ConcurrencyLimit(Math.Max(2, Environment.ProcessorCount));
        ChunkSize = ChooseChunkSize(options);
        Leftovers = new Leftovers(time);
    }

    public TransferOptions Options { get; }
    public TimeProvider Time { get; }
    public MemoryBudget Memory { get; }
    public BufferPool Buffers { get; }
    public FileQueue Files { get; }
    public RequestQueue Requests { get; }
    public ConcurrencyLimit Disk { get; }
    public Leftovers Leftovers { get; }

    /// <summary>Null: as fast as it goes.</summary>
    public BandwidthLimit? Bandwidth { get; }

    /// <summary>Most storage requests there can ever be at once.</summary>
    public int MostConnections { get; }

    /// <summary>Plaintext bytes of a download chunk.</summary>
    public int ChunkSize { get; }

    private static int ChooseChunkSize(TransferOptions options)
    {
        var affordable = Math.Max(options.MemoryLimit / ChunksInMemory, Math.Min(SmallestChunk, options.MemoryLimit / 2));
        if (options.MaxBytesPerSecond is { } most && most < affordable / SecondsPerChunk)
            affordable = Math.Max(most * SecondsPerChunk, Math.Min(SmallestLimitedChunk, affordable));
        return (int)Math.Min(options.ChunkSize, affordable / CipherBlock.Size * CipherBlock.Size);
    }

    public void Dispose()
    {
        Bandwidth?.Dispose();
        Disk.Dispose();
    }
}
