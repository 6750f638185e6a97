using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>One tag of one file.</summary>
public sealed class FileTagItem : IShellObject
{
    internal FileTagItem(string fileId, Tag tag) => (FileId, Tag, NormalizedName) = (fileId, tag.Name, tag.NormalizedName);

    static string IShellObject.TypeName => "RescaleInterlink.FileTag";

    public string FileId { get; }

    public string Tag { get; }

    /// <summary>What the platform takes for the same tag.</summary>
    public string? NormalizedName { get; }

    public override string ToString() => Tag;
}
