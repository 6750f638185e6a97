using RescaleInterlink.Library.Folders;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>How one file was received: the local file that it is now.</summary>
public sealed class ReceivedFileItem : IShellObject
{
    /// <summary>A file that was downloaded, verified and put at its place.</summary>
    internal ReceivedFileItem(DownloadResult result, string? id, string? jobId, string status = TransferStatus.Completed)
        : this(result.Destination, id, jobId, result.Length, result.Sha512, status)
    {
        Integrity = result.Integrity.ToString();
        Duration = result.Duration;
        Resumed = result.ResumedBytes;
    }

    /// <summary>A file that was not received: what is at <paramref name="fullName"/> already was left alone.</summary>
    /// <param name="size">Bytes of the local file, not of the platform's.</param>
    internal ReceivedFileItem(string fullName, string? id, string? jobId, long? size, string? sha512, string status)
    {
        FullName = fullName;
        Name = System.IO.Path.GetFileName(fullName);
        Id = id;
        JobId = jobId;
        Size = size;
        Sha512 = sha512;
        Status = status;
        Integrity = status == TransferStatus.Identical ? nameof(Transfers.Integrity.Verified) : null;
    }

    /// <summary>An output of a job.</summary>
    internal static ReceivedFileItem Of(ReceivedFile received, FileToReceive file, string jobId) => received.Received is { } result
        ? new ReceivedFileItem(result, file.File.Id, jobId) { RelativePath = file.RelativePath }
        : new ReceivedFileItem(received.Path, file.File.Id, jobId, received.Length, received.Sha512, received.Outcome.ToString()) { RelativePath = file.RelativePath };

    static string IShellObject.TypeName => "RescaleInterlink.ReceivedFile";

    /// <summary>The local file; text, unless it holds wildcard characters: see <see cref="LiteralPath"/>.</summary>
    public object Path => LiteralPath.Of(FullName);

    /// <summary>Of the file on the platform.</summary>
    public string? Id { get; }

    public string Name { get; }

    /// <summary>Bytes of the local file.</summary>
    public long? Size { get; }

    public string? Sha512 { get; }

    /// <summary><c>Completed</c>, <c>Skipped</c> or <c>Identical</c>.</summary>
    public string Status { get; }

    /// <summary><c>Verified</c>; <c>Unverifiable</c> when the platform has no hash to compare with; <c>Mismatch</c> when the hash
    /// is another and the caller wanted the bytes all the same; null when nobody looked.</summary>
    public string? Integrity { get; }

    public TimeSpan Duration { get; }

    /// <summary>Of the bytes that this run received.</summary>
    public long? BytesPerSecond => TransferStatus.Rate(Size, Resumed, Duration);

    /// <summary>Bytes that an earlier run had received; 0 when none.</summary>
    public long Resumed { get; }

    public string? JobId { get; }

    /// <summary>The local file, always as text and named as on a file of Get-ChildItem.</summary>
    public string FullName { get; }

    /// <summary>Path beneath the folder that was received, names separated by <c>/</c>; null for a file that was received by itself.</summary>
    public string? RelativePath { get; internal init; }

    /// <summary>The folder on the platform that holds the file; null for a file that was received by itself.</summary>
    public string? FolderId { get; internal init; }

    public override string ToString() => FullName;
}
