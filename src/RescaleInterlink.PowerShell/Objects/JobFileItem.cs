using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>An output file of a job, or one in the work folder of a run, on the platform.</summary>
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

    /// <param name="live">The platform tells no more of it, so that a download has to ask for its record first.</param>
    internal JobFileItem(LiveFile live, string jobId, string runId)
        : base(null)
    {
        Id = live.Id ?? "";
        JobId = jobId;
        Name = live.Name;
        RelativePath = live.RelativePath;
        Size = live.Size;
        RunId = runId;
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

    /// <summary>The run in whose work folder it lies; null for an output.</summary>
    public string? RunId { get; }

    public override string ToString() => $"{RelativePath ?? Name} ({Id})";
}
