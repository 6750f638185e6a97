using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>An entry of the history of a job.</summary>
public sealed class JobStatusItem : IShellObject
{
    internal JobStatusItem(string jobId, JobStatusEntry entry)
        => (JobId, Status, StatusDate, StatusReason) = (jobId, entry.Status, entry.StatusDate, entry.StatusReason);

    static string IShellObject.TypeName => "RescaleInterlink.JobStatus";

    public string JobId { get; }

    /// <summary>The platform's word; it may be any.</summary>
    public string Status { get; }

    /// <summary>Since when; null when the platform gives no date that can be read.</summary>
    public DateTimeOffset? StatusDate { get; }

    public string? StatusReason { get; }

    public override string ToString() => Status;
}
