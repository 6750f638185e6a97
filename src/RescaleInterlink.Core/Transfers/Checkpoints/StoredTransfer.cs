using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>A checkpoint as it is listed: what can be continued or cleaned up. It holds no secret.</summary>
/// <param name="Id">32 hex digits, the name of the checkpoint.</param>
/// <param name="IsInUse">A process is at it now.</param>
/// <param name="Updated">When it was last written.</param>
public sealed record StoredTransfer(string Id, bool IsInUse, DateTimeOffset Updated)
{
    /// <summary>Why it cannot be continued (torn, of a newer version, ...), or null. Nothing below is known then.</summary>
    public string? Problem { get; init; }

    public TransferDirection Direction { get; init; }

    /// <summary>Full path of the source or the destination.</summary>
    public string? LocalPath { get; init; }

    public string? RemoteId { get; init; }

    public TransferDescription? Description { get; init; }

    public DateTimeOffset? Begun { get; init; }

    /// <summary>Plaintext bytes that need not travel again.</summary>
    public long BytesDone { get; init; }

    /// <summary>Plaintext bytes of the whole; null when that shows only at its end.</summary>
    public long? BytesTotal { get; init; }

    public string? ObjectKey { get; init; }

    /// <summary>Of an upload: null before the store was heard of; empty where uploads have no id.</summary>
    public string? UploadId { get; init; }

    /// <summary>Of an upload: how the object is written.</summary>
    public Cryptography.ObjectFormat Format { get; init; }

    /// <summary>Of an upload: the object is whole, but perhaps not registered.</summary>
    public bool IsCommitted { get; init; }

    /// <summary>Of a download: full path.</summary>
    public string? PartialFile { get; init; }
}
