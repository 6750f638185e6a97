using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A folder on the platform.</summary>
public sealed class FolderItem : StoredItem, IShellObject
{
    /// <summary>In front of the own names of what a folder's listing writes, so that files and folders share a table.</summary>
    internal const string ListedAs = "RescaleInterlink.FolderItem";

    internal FolderItem(FolderPlace place)
    {
        Place = place;
        Id = place.Id;
        Name = place.Name;
        Path = place.Path;
        ParentId = place.ParentId;
    }

    internal FolderItem(PlatformFile record, string parentId, string path)
        : this(new FolderPlace(record.Id, parentId, path, record.Name))
        => DateCreated = record.DateUploaded;

    static string IShellObject.TypeName => "RescaleInterlink.Folder";

    internal FolderPlace Place { get; }

    public string Id { get; }

    /// <summary>Null when only the id is known.</summary>
    public string? Name { get; }

    /// <summary>From the top; wherever a folder's id is taken, its path is taken, too.</summary>
    public string? Path { get; }

    /// <summary>The folder that holds it; null for My Library and My Jobs.</summary>
    public string? ParentId { get; }

    public DateTimeOffset? DateCreated { get; }

    /// <summary>What it is where text is wanted: the id, which names nothing else.</summary>
    public override string ToString() => Id;
}
