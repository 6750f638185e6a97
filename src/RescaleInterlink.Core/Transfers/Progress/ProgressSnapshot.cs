namespace RescaleInterlink.Transfers.Progress;

/// <summary>What a transfer is waiting for: always exactly one thing.</summary>
public enum WaitReason
{
    Nothing,
    Memory,
    Connection,
    Disk,

    /// <summary>The hash, which is behind what has been fetched.</summary>
    Hash,

    /// <summary>The bandwidth limit that the caller has set.</summary>
    RateLimit,

    /// <summary>The time before a failed request is repeated, and then a connection for it.</summary>
    Retry,

    /// <summary>Another transfer that fetches the same content.</summary>
    SameContent,
}

public enum TransferDirection
{
    Upload,
    Download,
}

public enum TransferState
{
    /// <summary>For a place among the files in flight.</summary>
    Waiting,
    Active,

    /// <summary>All bytes have moved; what is left is to check and commit them.</summary>
    Verifying,
    Completed,
    Failed,
    Stopped,
}

/// <summary>Numbers of one transfer at one moment. BytesDone never shrinks.</summary>
/// <param name="BytesDone">Plaintext bytes that are at the other side, whoever has moved them; each counts once.</param>
/// <param name="BytesTotal">Null while unknown.</param>
public sealed record TransferSnapshot(int Id, string DisplayName, TransferDirection Direction, TransferState State, long BytesDone, long? BytesTotal, WaitReason WaitingFor);

/// <summary>Numbers of all transfers of one engine at one moment.</summary>
/// <param name="BytesPerSecond">What this engine has moved itself, rolling over the last 60 s.</param>
/// <param name="Active">At most four, the largest first.</param>
public sealed record ProgressSnapshot(int FilesTotal, int FilesDone, int FilesFailed, long BytesDone, long BytesTotal, double BytesPerSecond, IReadOnlyList<TransferSnapshot> Active);

/// <summary>What an engine has used and waited for.</summary>
/// <param name="PeakMemory">Most bytes of buffers at once.</param>
/// <param name="Connections">Most storage requests at once, as it is now.</param>
/// <param name="MostConnections">Most storage requests there have been at once.</param>
/// <param name="Waits">Summed over everything that waited at the same time; nothing that was not waited for.</param>
public sealed record EngineUsage(long PeakMemory, int Connections, int MostConnections, IReadOnlyDictionary<WaitReason, TimeSpan> Waits)
{
    /// <summary>Plaintext bytes that this engine has sent, those that were sent twice counted twice; not what an earlier run had sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>The same of bytes that were received, or copied from where this engine had received them.</summary>
    public long BytesReceived { get; init; }
}
