namespace RescaleInterlink.Jobs;

/// <summary>What a job's status word means. The platform's list is open: every unknown word is a job that goes on.</summary>
public static class JobStates
{
    public const string Completed = "Completed";

    private static readonly HashSet<string> Terminal =
        new(StringComparer.OrdinalIgnoreCase) { Completed, "Failed", "Stopped", "Force Stopped", "Terminated" };

    /// <summary>Completed, Failed, Stopped, Force Stopped or Terminated, in any case.</summary>
    public static bool IsTerminal(string? status) => status is not null && Terminal.Contains(status.Trim());

    /// <summary>A word that a job can have before it is submitted, and that therefore proves no submission.</summary>
    internal static bool MayBeUnsubmitted(string? status)
        => status?.Trim().ToUpperInvariant() is null or "" or "PENDING" or "NOT STARTED";

    /// <summary>Completed, and a reason that is empty or starts with <c>Completed successfully</c>.</summary>
    public static bool IsSuccess(string? status, string? reason)
        => Completed.Equals(status?.Trim(), StringComparison.OrdinalIgnoreCase)
            && (string.IsNullOrWhiteSpace(reason) || reason.TrimStart().StartsWith("Completed successfully", StringComparison.OrdinalIgnoreCase));
}
