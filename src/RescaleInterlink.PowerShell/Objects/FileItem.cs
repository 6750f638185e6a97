using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A file of the user's library.</summary>
public sealed class FileItem : StoredFileItem, IShellObject
{
    /// <param name="path">Where it lies, when it was listed there.</param>
    /// <param name="folderId">The folder that holds it; null: what the record says.</param>
    internal FileItem(PlatformFile record, string? path = null, string? folderId = null)
        : base(record)
    {
        Path = path;
        FolderId = folderId ?? record.FolderId;
        Id = record.Id;
        Name = record.Name;
        Size = record.DecryptedSize;
        Sha512 = FileSecrets.Sha512(record);
        DateUploaded = record.DateUploaded;
        Owner = record.Owner;
        Tags = [.. record.Tags];
    }

    static string IShellObject.TypeName => "RescaleInterlink.File";

    public override string Id { get; }

    public override string Name { get; }

    public override long? Size { get; }

    public override string? Sha512 { get; }

    public DateTimeOffset? DateUploaded { get; }

    public string? Owner { get; }

    /// <summary>The folder that holds it; null when the platform does not say.</summary>
    public string? FolderId { get; }

    /// <summary>From the top, as a folder's path is written; null for a file that was not found by listing a folder.</summary>
    public string? Path { get; }

    /// <summary>The user's tags, as far as the platform's record has them.</summary>
    public string[] Tags { get; }

    /// <summary>What it is where text is wanted: the id.</summary>
    public override string ToString() => Id;
}
