using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs;

/// <param name="Status">The last status word the platform gave; empty when it gave none.</param>
/// <param name="Reason">The server's status reason.</param>
/// <param name="Succeeded">Completed, and a reason that is empty or starts with <c>Completed successfully</c>.</param>
/// <param name="Error">Set when the job could not be followed to its end; a job that failed has none.</param>
public sealed record JobEnding(string JobId, string Status, string? Reason, bool Succeeded, RescaleException? Error)
{
    /// <summary>When the platform noted that status; null when it does not say.</summary>
    public DateTimeOffset? StatusDate { get; init; }
}

public sealed record JobFollowState(int Total, int Ended, IReadOnlyDictionary<string, string> StatusByJob)
{
    /// <summary>The newest entry of each job's history; without its date when it comes from the list of jobs.</summary>
    public IReadOnlyDictionary<string, JobStatusEntry> NewestByJob { get; init; } = new Dictionary<string, JobStatusEntry>();
}

/// <param name="Kept">What was at the path already has the right bytes; nothing was moved.</param>
public sealed record JobOutputResult(PlatformFile File, string? Path, DownloadResult? Download, RescaleException? Error, bool Kept = false);
