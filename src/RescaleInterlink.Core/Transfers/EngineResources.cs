using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>What all transfers of one engine share.</summary>
internal sealed class EngineResources : IDisposable
{
    // A chunk in memory for each of the connections there usually are, and for what the hash still needs.
    private const int ChunksInMemory = 16;
    private const int SmallestChunk = 256 << 10;

    public EngineResources(TransferOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Memory = new MemoryBudget(options.MemoryLimit, options.ThrottleLimit > 1 ? options.MemoryLimit / 4 : 0);
        Buffers = new BufferPool(Memory);
        Files = new ConnectionGate(options.ThrottleLimit);
        MostConnections = options.Connections ?? AdaptiveLimit.Most;
        Requests = new RequestQueue(options.Connections is { } always ? AdaptiveLimit.Fixed(always) : new AdaptiveLimit(time));
        // Writing blocks a thread while the disk is behind; more writers than cores would only take threads from the network.
        Disk = new ConnectionGate(Math.Max(2, Environment.ProcessorCount));
        ChunkSize = ChooseChunkSize(options);
    }

    public TransferOptions Options { get; }
    public TimeProvider Time { get; }
    public MemoryBudget Memory { get; }
    public BufferPool Buffers { get; }
    public ConnectionGate Files { get; }
    public RequestQueue Requests { get; }
    public ConnectionGate Disk { get; }

    /// <summary>Most storage requests there can ever be at once.</summary>
    public int MostConnections { get; }

    /// <summary>Plaintext bytes of a download chunk.</summary>
    public int ChunkSize { get; }

    private static int ChooseChunkSize(TransferOptions options)
    {
        var affordable = Math.Max(options.MemoryLimit / ChunksInMemory, Math.Min(SmallestChunk, options.MemoryLimit / 2));
        return (int)Math.Min(options.ChunkSize, affordable / CipherBlock.Size * CipherBlock.Size);
    }

    public void Dispose()
    {
        Files.Dispose();
        Disk.Dispose();
    }
}
