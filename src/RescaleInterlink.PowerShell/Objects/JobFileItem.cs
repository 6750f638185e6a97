using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>An output file of a job, on the platform.</summary>
public sealed class JobFileItem : StoredFileItem, IShellObject
{
    internal JobFileItem(PlatformFile record, string jobId)
        : base(record)
    {
        JobId = jobId;
        RelativePath = record.RelativePath;
    }

    static string IShellObject.TypeName => "RescaleInterlink.JobFile";

    public string JobId { get; }

    /// <summary>Path beneath the job's work folder.</summary>
    public string? RelativePath { get; }

    public override string ToString() => $"{RelativePath ?? Name} ({Id})";
}
