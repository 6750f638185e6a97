using RescaleInterlink.Library.Changes;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A file or folder in the Trash.</summary>
public sealed class TrashItem : IShellObject
{
    internal TrashItem(FolderEntry entry)
    {
        Key = new TrashedItem(entry.Item.Id, entry.IsFolder);
        Id = entry.Item.Id;
        Name = entry.Item.Name;
        Type = entry.IsFolder ? "Folder" : "File";
        Size = entry.IsFolder ? null : entry.Item.DecryptedSize;
        DateUploaded = entry.Item.DateUploaded;
    }

    static string IShellObject.TypeName => "RescaleInterlink.TrashItem";

    internal TrashedItem Key { get; }

    /// <summary>In the Trash. Of a folder it is its own id; a file has another one here than outside.</summary>
    public string Id { get; }

    public string Name { get; }

    /// <summary><c>File</c> or <c>Folder</c>.</summary>
    public string Type { get; }

    /// <summary>Bytes before encryption; null for a folder.</summary>
    public long? Size { get; }

    /// <summary>Of a folder: when it was made.</summary>
    public DateTimeOffset? DateUploaded { get; }

    /// <summary>What it is where text is wanted: the id.</summary>
    public override string ToString() => Id;
}
