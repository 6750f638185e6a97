using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>What a listing of folders says next.</summary>
public abstract record ListingStep
{
    /// <param name="Path">From the top, as <see cref="FolderPath"/> writes it; from the folder's id on when its own path is not known.</param>
    public sealed record Item(FolderEntry Entry, string ParentId, string Path) : ListingStep
    {
        public bool IsFolder => Entry.IsFolder;
    }

    /// <summary>A folder beneath the first one that could not be listed; the others go on.</summary>
    public sealed record Failed(string FolderId, string Path, RescaleException Error) : ListingStep;

    /// <summary>A folder that was met before, and is not entered again: the platform shows it in two places, or within itself.</summary>
    public sealed record Repeated(string FolderId, string Path) : ListingStep;
}

public sealed record ListingOptions
{
    /// <summary>How many levels beneath the folder's own entries are listed: 0 none, <see cref="int.MaxValue"/> all.</summary>
    public int Depth { get; init; }

    public TreeFilter Filter { get; init; } = TreeFilter.Everything;

    /// <summary>Entries per page of the first folder, 1 to 1000.</summary>
    public int PageSize { get; init; } = FoldersClient.LargestPage;
}
