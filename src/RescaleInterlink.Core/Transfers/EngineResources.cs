using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>What all transfers of one engine share.</summary>
internal sealed class EngineResources : IDisposable
{
    public EngineResources(TransferOptions options)
    {
        Options = options;
        Memory = new MemoryBudget(options.MemoryLimit);
        Buffers = new BufferPool(Memory);
        Files = new ConnectionGate(options.ThrottleLimit);
        Connections = new ConnectionGate(options.Connections);
        // Writing blocks a thread while the disk is behind; more writers than cores would only take threads from the network.
        Disk = new ConnectionGate(Math.Max(2, Environment.ProcessorCount));
    }

    public TransferOptions Options { get; }
    public MemoryBudget Memory { get; }
    public BufferPool Buffers { get; }
    public ConnectionGate Files { get; }
    public ConnectionGate Connections { get; }
    public ConnectionGate Disk { get; }

    public void Dispose()
    {
        Files.Dispose();
        Connections.Dispose();
        Disk.Dispose();
    }
}
