using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A file of the user's library.</summary>
public sealed class FileItem : StoredFileItem, IShellObject
{
    internal FileItem(PlatformFile record)
        : base(record)
    {
        Id = record.Id;
        Name = record.Name;
        Length = record.DecryptedSize;
        Sha512 = Sha512Of(record);
        DateUploaded = record.DateUploaded;
        Owner = record.Owner;
    }

    internal FileItem(UploadedFile uploaded, string localPath)
        : base(null)
    {
        Id = uploaded.Id;
        Name = uploaded.Name;
        Length = uploaded.Length;
        Sha512 = uploaded.Sha512;
        FolderId = uploaded.FolderId;
        LocalPath = localPath;
    }

    static string IShellObject.TypeName => "RescaleInterlink.File";

    public override string Id { get; }

    public override string Name { get; }

    public override long? Length { get; }

    public override string? Sha512 { get; }

    public override DateTimeOffset? DateUploaded { get; }

    public string? Owner { get; }

    /// <summary>Where it was registered, when this is the result of Send-RescaleFile.</summary>
    public string? FolderId { get; }

    /// <summary>What was uploaded, when this is the result of Send-RescaleFile.</summary>
    public string? LocalPath { get; }

    public override string ToString() => $"{Name} ({Id})";
}
