namespace RescaleInterlink.Platform;

/// <summary>The limits of one call, carried with its request to the retry handler.</summary>
internal sealed record CallPolicy(TimeSpan AttemptTimeout, TimeSpan TotalTime, int MaxRetries, TimeSpan LongestRetryAfter, RepeatRule Repeat)
{
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
