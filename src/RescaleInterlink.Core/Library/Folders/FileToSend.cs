namespace RescaleInterlink.Library.Folders;

/// <summary>A file that is to be sent.</summary>
public sealed record FileToSend : FolderStep
{
    internal FileToSend(string localPath, string name, string relativePath, long length, RemoteFolder folder, FolderConflict conflict)
    {
        (LocalPath, Name, RelativePath, Length, Folder, Conflict) = (localPath, name, relativePath, length, folder, conflict);
        Existing = folder.Files.GetValueOrDefault(name);
    }

    public string LocalPath { get; }
    public string Name { get; }

    /// <summary>From the folder that is sent, names separated by <c>/</c>.</summary>
    public string RelativePath { get; }

    /// <summary>Bytes when it was listed.</summary>
    public long Length { get; }

    /// <summary>Null when the folder would have to be made first.</summary>
    public string? FolderId => Folder.Id;

    internal RemoteFolder Folder { get; }
    internal FolderConflict Conflict { get; }

    /// <summary>What has its name already, or null.</summary>
    internal ExistingFile? Existing { get; }

    public PlannedAction Action
    {
        get
        {
            if (Existing is null)
                return PlannedAction.Transfer;
            if (Conflict is FolderConflict.Skip)
                return PlannedAction.Skip;
            if (Conflict is FolderConflict.Error)
                return PlannedAction.Refuse;
            for (var file = Existing; file is not null; file = file.SameName)
            {
                if (file.Length == Length && !string.IsNullOrEmpty(file.Sha512))
                    return PlannedAction.Compare;
            }

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

/// <summary>A file of a folder, at its place on the platform.</summary>
/// <param name="Name">On the platform; another than the local one when it was renamed.</param>
/// <param name="Length">Bytes; null when the platform does not say.</param>
/// <param name="Uploaded">Null unless it travelled.</param>
public sealed record SentFile(FileOutcome Outcome, string Id, string Name, long? Length, string? Sha512, UploadedFile? Uploaded);
