using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A file of the user's library.</summary>
public sealed class FileItem : StoredFileItem, IShellObject
{
    internal FileItem(PlatformFile record)
        : base(record)
        => Owner = record.Owner;

    internal FileItem(UploadedFile uploaded, string localPath)
        : base(uploaded.Id, uploaded.Name, uploaded.Length, uploaded.Sha512)
    {
        FolderId = uploaded.FolderId;
        LocalPath = localPath;
    }

    static string IShellObject.TypeName => "RescaleInterlink.File";

    public string? Owner { get; }

    public string? FolderId { get; }

    /// <summary>What was uploaded, when this is the result of Send-RescaleFile.</summary>
    public string? LocalPath { get; }

    public override string ToString() => $"{Name} ({Id})";
}
