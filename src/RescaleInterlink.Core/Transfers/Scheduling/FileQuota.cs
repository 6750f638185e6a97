namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>What one file in flight holds of what all of them share. Each number belongs to the lock of whoever counts it.</summary>
internal sealed class FileQuota
{
    /// <summary>Bytes of the file; <see cref="long.MaxValue"/> when unknown. Set before the first request waits for a connection.</summary>
    public long Size { get; set; } = long.MaxValue;

    /// <summary>Requests that have a connection. Of the <see cref="RequestQueue"/>.</summary>
    public int Connections { get; set; }

    /// <summary>Requests that wait for one. Of the <see cref="RequestQueue"/>.</summary>
    public int WaitingRequests { get; set; }

    /// <summary>Bytes of buffers. Of the <see cref="MemoryBudget"/>.</summary>
    public long Memory { get; set; }
}
