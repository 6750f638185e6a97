using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Library;

public enum UnfinishedState
{
    /// <summary>It can be continued.</summary>
    Resumable,

    /// <summary>A process is at it now.</summary>
    InUse,

    /// <summary>Its checkpoint is torn, of a newer version, or not its own; it can only be removed.</summary>
    Unusable,

    /// <summary>An upload in the storage that no checkpoint of this user on this machine knows; it can only be removed. It may be
    /// under way elsewhere, or here with nothing kept to continue with.</summary>
    Orphaned,
}

/// <summary>A transfer that has begun and not ended. It holds no secret.</summary>
/// <param name="Id">32 hex digits, for continuing and removing it.</param>
public sealed record UnfinishedTransfer(string Id, UnfinishedState State)
{
    public TransferDirection Direction { get; init; }

    /// <summary>Name on the platform; null when unusable.</summary>
    public string? Name { get; init; }

    /// <summary>Full path of the source or the destination.</summary>
    public string? LocalPath { get; init; }

    /// <summary>Address of the API.</summary>
    public string? Platform { get; init; }

    /// <summary><c>file</c>, or <c>archive</c> for a tar of a folder, which only the command that makes it can continue.</summary>
    public string? SourceKind { get; init; }

    /// <summary>Of a download.</summary>
    public string? FileId { get; init; }

    /// <summary>Of an upload.</summary>
    public string? FolderId { get; init; }

    /// <summary>Plaintext bytes that need not travel again; null when not known.</summary>
    public long? BytesDone { get; init; }

    /// <summary>Plaintext bytes of the whole; null when not known.</summary>
    public long? BytesTotal { get; init; }

    public DateTimeOffset? Begun { get; init; }

    /// <summary>When something was last heard of it.</summary>
    public DateTimeOffset? Updated { get; init; }

    public string? ObjectKey { get; init; }

    /// <summary>Of a download: full path of what has been received; null before there is something.</summary>
    public string? PartialFile { get; init; }

    /// <summary>Removing it takes a connection: the storage may hold something of it.</summary>
    public bool NeedsStorage => Direction == TransferDirection.Upload && Problem is null;

    /// <summary>Why it is unusable.</summary>
    public string? Problem { get; init; }
}

/// <summary>A transfer that was continued to its end.</summary>
/// <param name="Uploaded">Of an upload, else null.</param>
/// <param name="Downloaded">Of a download, else null.</param>
public sealed record ResumedTransfer(UnfinishedTransfer Transfer, UploadedFile? Uploaded, DownloadResult? Downloaded);
