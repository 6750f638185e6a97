using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A transfer that has begun and not ended.</summary>
public sealed class TransferItem : IShellObject
{
    internal TransferItem(UnfinishedTransfer transfer, DateTimeOffset now)
    {
        Id = transfer.Id;
        bool isKnown = transfer.State != UnfinishedState.Unusable || transfer.Name is not null;
        Direction = isKnown ? transfer.Direction.ToString() : null;
        Status = transfer.State.ToString();
        Name = transfer.Name;
        Size = transfer.BytesTotal;
        BytesDone = transfer.BytesDone;
        LocalPath = transfer.LocalPath;
        FileId = transfer.FileId;
        FolderId = transfer.FolderId;
        Platform = transfer.Platform;
        Begun = transfer.Begun;
        Updated = transfer.Updated;
        StaleReason = StaleTransfers.Reason(transfer, now);
    }

    static string IShellObject.TypeName => "RescaleInterlink.Transfer";

    /// <summary>32 hex digits, for Resume- and Remove-RescaleTransfer.</summary>
    public string Id { get; }

    /// <summary><c>Upload</c> or <c>Download</c>; null when it cannot be read.</summary>
    public string? Direction { get; }

    /// <summary><c>Resumable</c>, <c>InUse</c>, <c>Unusable</c> or <c>Orphaned</c>.</summary>
    public string Status { get; }

    /// <summary>Of the file, on the platform.</summary>
    public string? Name { get; }

    /// <summary>Bytes of the whole file, when known.</summary>
    public long? Size { get; }

    /// <summary>Bytes that need not travel again, when known.</summary>
    public long? BytesDone { get; }

    /// <summary>Source or destination. Not called Path, so that it binds to no cmdlet that would delete or change it.</summary>
    public string? LocalPath { get; }

    /// <summary>Of a download.</summary>
    public string? FileId { get; }

    /// <summary>Of an upload.</summary>
    public string? FolderId { get; }

    public string? Platform { get; }

    public DateTimeOffset? Begun { get; }

    public DateTimeOffset? Updated { get; }

    public bool IsStale => StaleReason is not null;

    public string? StaleReason { get; }

    public override string ToString() => $"{Direction} of {Name ?? "?"} ({Id})";
}
