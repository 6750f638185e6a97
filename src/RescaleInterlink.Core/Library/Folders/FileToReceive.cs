using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library.Folders;

/// <summary>A file that is to be received.</summary>
public sealed record FileToReceive : FolderStep
{
    internal FileToReceive(PlatformFile file, string? folderId, string relativePath, string localPath, bool isPlanned, FolderConflict conflict, IReadOnlySet<string> siblings)
        => (File, FolderId, RelativePath, LocalPath, IsPlanned, Conflict, Siblings) = (file, folderId, relativePath, localPath, isPlanned, conflict, siblings);

    /// <summary>With all that a download needs, as the folder's listing gave it.</summary>
    public PlatformFile File { get; }

    /// <summary>The folder it lies in on the platform; null for the output of a job.</summary>
    public string? FolderId { get; }

    /// <summary>On the platform, from the folder or job that is received, names separated by <c>/</c>.</summary>
    public string RelativePath { get; }

    public string LocalPath { get; }

    /// <summary>The local folder would have to be made first.</summary>
    public bool IsPlanned { get; }

    internal FolderConflict Conflict { get; }

    /// <summary>Local names of all that lies in the folder.</summary>
    internal IReadOnlySet<string> Siblings { get; }

    public PlannedAction Action
    {
        get
        {
            if (!Path.Exists(LocalPath))
                return PlannedAction.Transfer;
            if (Directory.Exists(LocalPath))
                return Conflict == FolderConflict.Rename ? PlannedAction.Rename : PlannedAction.Refuse;
            if (Conflict == FolderConflict.Skip)
                return PlannedAction.Skip;
            if (Conflict == FolderConflict.Error)
                return PlannedAction.Refuse;
            if (LocalLength.Find(LocalPath) is { } length && length == File.DecryptedSize && FileSecrets.Sha512(File) is not null)
                return PlannedAction.Compare;
            return Conflict switch
            {
                FolderConflict.Overwrite => PlannedAction.Replace,
                FolderConflict.Rename => PlannedAction.Rename,
                _ => PlannedAction.Refuse,
            };
        }
    }

    public override string ToString() => RelativePath;
}

/// <summary>A file of a folder, at its place on disk.</summary>
/// <param name="Received">Null unless it travelled.</param>
public sealed record ReceivedFile(FileOutcome Outcome, string Path, long Length, string? Sha512, DownloadResult? Received);
