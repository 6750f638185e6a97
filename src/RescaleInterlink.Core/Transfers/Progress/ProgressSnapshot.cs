namespace RescaleInterlink.Transfers.Progress;

/// <summary>What a transfer is waiting for: always exactly one thing.</summary>
public enum WaitReason
{
    Nothing,
    Memory,
    Connection,
    HeadOfStream,
    Disk,
    RateLimit,
    Retry,
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
/// <param name="BytesDone">Plaintext bytes that are at the other side.</param>
/// <param name="BytesTotal">Null while unknown.</param>
public sealed record TransferSnapshot(int Id, string DisplayName, TransferDirection Direction, TransferState State, long BytesDone, long? BytesTotal, WaitReason WaitingFor);

/// <summary>Numbers of all transfers of one engine at one moment.</summary>
/// <param name="BytesPerSecond">Rolling over the last 60 s.</param>
/// <param name="Active">At most four, the largest first.</param>
public sealed record ProgressSnapshot(int FilesTotal, int FilesDone, int FilesFailed, long BytesDone, long BytesTotal, double BytesPerSecond, IReadOnlyList<TransferSnapshot> Active);
