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
        Size = record.DecryptedSize;
        Sha512 = FileSecrets.Sha512(record);
        DateUploaded = record.DateUploaded;
        Owner = record.Owner;
    }

    static string IShellObject.TypeName => "RescaleInterlink.File";

    public override string Id { get; }

    public override string Name { get; }

    public override long? Size { get; }

    public override string? Sha512 { get; }

    public DateTimeOffset? DateUploaded { get; }

    public string? Owner { get; }

    public override string ToString() => $"{Name} ({Id})";
}
