using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>The limits of one call, carried with its request to the retry handler.</summary>
internal sealed record CallPolicy(TimeSpan AttemptTimeout, TimeSpan TotalTime, int MaxRetries, TimeSpan LongestRetryAfter, RepeatRule Repeat)
{
    /// <summary>What may have been done when an answer was lost that must not be asked for again.</summary>
    public UncertainOutcome Uncertain { get; init; } = UncertainOutcome.Job;

    /// <summary>How long the call may wait for its turn before its first attempt; null for as long as it takes.</summary>
    public TimeSpan? LongestTokenWait { get; init; }

    public static readonly HttpRequestOptionsKey<CallPolicy> Key = new("RescaleInterlink.CallPolicy");
}

internal enum RepeatRule
{
    /// <summary>After any transient failure.</summary>
    Always,

    /// <summary>After a failure of the connection or a 429, not after a 5xx.</summary>
    NotAfterFault,

    /// <summary>Only when the server refused it unread (429), or nothing of the request was sent.</summary>
    OnlyBeforeSending,
}

/// <param name="ErrorId">Of the error that tells of it.</param>
/// <param name="Action">What to do about it.</param>
internal sealed record UncertainOutcome(string ErrorId, string Action)
{
    public static readonly UncertainOutcome Job = new(
        ErrorIds.JobSubmissionUncertain, "Look for the job on the platform before creating or submitting it again.");

    public static readonly UncertainOutcome Registration = new(
        ErrorIds.FileRegistrationUncertain, "Look for the file on the platform before sending it again.");

    public static readonly UncertainOutcome Folder = new(
        ErrorIds.FolderCreationUncertain, "Look for the folder on the platform before making it again.");
}
