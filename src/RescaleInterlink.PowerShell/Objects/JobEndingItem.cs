using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>How a job ended.</summary>
public sealed class JobEndingItem : IShellObject
{
    internal JobEndingItem(JobEnding ending)
    {
        JobId = ending.JobId;
        Status = ending.Status;
        StatusReason = ending.Reason;
        StatusDate = ending.StatusDate;
        Succeeded = ending.Succeeded;
    }

    static string IShellObject.TypeName => "RescaleInterlink.JobEnding";

    public string JobId { get; }

    public string Status { get; }

    public string? StatusReason { get; }

    /// <summary>When the platform noted that status.</summary>
    public DateTimeOffset? StatusDate { get; }

    public bool Succeeded { get; }

    public override string ToString() => $"{JobId}: {Status}";
}
