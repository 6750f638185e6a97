namespace RescaleInterlink.Library.Listing;

/// <summary>A folder on the platform.</summary>
/// <param name="ParentId">Null for a root, and where it is not known.</param>
/// <param name="Path">As <see cref="FolderPath"/> writes it: from the top, or from a folder that is known by its id; null for that folder itself.</param>
/// <param name="Name">Null likewise.</param>
public sealed record FolderPlace(string Id, string? ParentId, string? Path, string? Name)
{
    /// <summary>My Library and My Jobs.</summary>
    public bool IsRoot { get; init; }

    public override string ToString() => Path ?? Id;
}
