using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>An output file of a job, on the platform.</summary>
public sealed class JobFileItem : StoredFileItem, IShellObject
{
    internal JobFileItem(PlatformFile record, string jobId)
        : base(record)
    {
        Id = record.Id;
        JobId = jobId;
        Name = record.Name;
        RelativePath = record.RelativePath;
        Size = record.DecryptedSize;
        Sha512 = FileSecrets.Sha512(record);
        DateUploaded = record.DateUploaded;
    }

    static string IShellObject.TypeName => "RescaleInterlink.JobFile";

    public override string Id { get; }

    public string JobId { get; }

    public override string Name { get; }

    /// <summary>Path beneath the job's work folder.</summary>
    public string? RelativePath { get; }

    public override long? Size { get; }

    public override string? Sha512 { get; }

    public DateTimeOffset? DateUploaded { get; }

    public override string ToString() => $"{RelativePath ?? Name} ({Id})";
}
