namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>What makes two runs the same transfer, and what a later command needs to continue it without the original one.</summary>
/// <param name="Folder">Where its checkpoint lies.</param>
/// <param name="LocalPath">Full path of the source or of the destination.</param>
/// <param name="RemoteId">
/// The other side, compared for equality only: platform, container, and storage, user, folder id and name (upload) or object key (download).
/// Direction, local path and this name the checkpoint.
/// </param>
/// <param name="Description">For listing the transfer and for continuing it.</param>
public sealed record ResumeIdentity(CheckpointFolder Folder, string LocalPath, string RemoteId, TransferDescription Description);

/// <summary>Kept in the checkpoint for whoever lists it. It holds no credential.</summary>
/// <param name="Platform">Address of the API.</param>
/// <param name="Name">Name on the platform.</param>
/// <param name="FileId">Of a download.</param>
/// <param name="FolderId">Of an upload; null for the user's library.</param>
/// <param name="SourceKind"><c>file</c>, or <c>archive</c> for a tar of a folder, which only the command that makes it can continue.</param>
public sealed record TransferDescription(string Platform, string Name, string? FileId, string? FolderId, string SourceKind = "file")
{
    /// <summary>Of an upload: email of the user whose storage it goes to. Null in checkpoints of an earlier module.</summary>
    public string? Account { get; init; }

    /// <summary>Of an upload: id of the storage on the platform.</summary>
    public string? StorageId { get; init; }

    /// <summary>Of an upload: bucket or blob container.</summary>
    public string? Container { get; init; }

    /// <summary>Of an upload: tags that the file gets.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
