using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs;

/// <param name="Status">The last status word the platform gave; empty when it gave none.</param>
/// <param name="Reason">The server's status reason.</param>
/// <param name="Succeeded">Completed, and a reason that is empty or starts with <c>Completed successfully</c>.</param>
/// <param name="Error">Set when the job could not be followed to its end; a job that failed has none.</param>
public sealed record JobEnding(string JobId, string Status, string? Reason, bool Succeeded, RescaleException? Error);

public sealed record JobFollowState(int Total, int Ended, IReadOnlyDictionary<string, string> StatusByJob);

/// <param name="Kept">What was at the path already has the right bytes; nothing was moved.</param>
public sealed record JobOutputResult(PlatformFile File, string? Path, DownloadResult? Download, RescaleException? Error, bool Kept = false);
