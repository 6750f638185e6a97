using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Changes;

/// <summary>A file or folder that something is to be done with.</summary>
/// <param name="ParentId">The folder that holds it, as far as the caller knows; it is not believed when the platform disagrees.</param>
public sealed record LibraryItem(string Id, bool IsFolder, string? ParentId)
{
    /// <summary>In words for messages.</summary>
    public string Kind => IsFolder ? "folder" : "file";

    internal RescaleException NotFound(Exception? inner = null) => new(
        IsFolder ? ErrorIds.FolderNotFound : ErrorIds.FileNotFound, ErrorKind.NotFound,
        $"The platform does not know the {Kind} '{Id}', neither in My Library nor in My Jobs.", "Check the identifier and that it belongs to this workspace.", inner);
}

/// <summary>What became of an item.</summary>
/// <param name="Error">Null when it was done.</param>
public sealed record SettledItem(LibraryItem Item, RescaleException? Error);
