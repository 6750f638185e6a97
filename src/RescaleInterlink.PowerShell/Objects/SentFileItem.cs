using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>How one file was sent: the local file, and the file of the library that it is now.</summary>
public sealed class SentFileItem : StoredFileItem, IShellObject
{
    /// <summary>A file that was uploaded and registered.</summary>
    internal SentFileItem(UploadedFile uploaded, string fullName)
        : base(null)
    {
        FullName = fullName;
        Id = uploaded.Id;
        Name = uploaded.Name;
        Size = uploaded.Length;
        Sha512 = uploaded.Sha512;
        Status = TransferStatus.Completed;
        Integrity = uploaded.Integrity.ToString();
        Duration = uploaded.Duration;
        Resumed = uploaded.ResumedBytes;
        FolderId = uploaded.FolderId;
    }

    /// <summary>A file that was not sent, because <paramref name="existing"/> has its place.</summary>
    internal SentFileItem(PlatformFile existing, string fullName, string folderId, string status)
        : base(existing)
    {
        FullName = fullName;
        Id = existing.Id;
        Name = existing.Name;
        Size = existing.DecryptedSize;
        Sha512 = FileSecrets.Sha512(existing);
        Status = status;
        Integrity = status == TransferStatus.Identical ? nameof(Transfers.Integrity.Verified) : null;
        FolderId = folderId;
    }

    static string IShellObject.TypeName => "RescaleInterlink.SentFile";

    /// <summary>The local file; text, unless it holds wildcard characters: see <see cref="LiteralPath"/>.</summary>
    public object Path => LiteralPath.Of(FullName);

    public override string Id { get; }

    public override string Name { get; }

    public override long? Size { get; }

    public override string? Sha512 { get; }

    /// <summary><c>Completed</c>, <c>Skipped</c> or <c>Identical</c>.</summary>
    public string Status { get; }

    /// <summary><c>Verified</c> when the store has compared a checksum of every byte it took, else <c>Unverifiable</c>.</summary>
    public string? Integrity { get; }

    public TimeSpan Duration { get; }

    /// <summary>Of the bytes that this run sent.</summary>
    public long? BytesPerSecond => TransferStatus.Rate(Size, Resumed, Duration);

    /// <summary>Bytes that an earlier run had sent; 0 when none.</summary>
    public long Resumed { get; }

    public string FolderId { get; }

    /// <summary>Path beneath the folder that was sent, names separated by <c>/</c>; null for a file that was sent by itself.</summary>
    public string? RelativePath { get; internal init; }

    /// <summary>The folder on the platform that the sent folder is; null for a file that was sent by itself.</summary>
    public string? RootFolderId { get; internal init; }

    /// <summary>The local file, always as text.</summary>
    public string FullName { get; }

    public override string ToString() => $"{Name} ({Id})";
}
