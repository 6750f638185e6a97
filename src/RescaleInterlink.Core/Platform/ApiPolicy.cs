namespace RescaleInterlink.Platform;

/// <summary>How long the client waits for an answer and how often it asks again.</summary>
/// <remarks>Retries and delays are the Go tool's (interop API 2.2), with jitter added; the limits on the whole call are ours.</remarks>
public sealed record ApiPolicy
{
    /// <summary>Most repetitions of one call, after its first attempt.</summary>
    public int MaxRetries { get; init; } = 10;

    /// <summary>Wait before the first repetition; it doubles with each one.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Each wait is lengthened by a random share of up to this much, so that clients do not return in step.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Limit of one attempt of an ordinary call, from connecting to the last byte of the answer.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Limit of an ordinary call with all its repetitions: a platform that is gone ends a command after this time.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Limit of the connection test with its repetitions.</summary>
    public TimeSpan ConnectionTestTime { get; init; } = TimeSpan.FromSeconds(10);

    public int ConnectionTestRetries { get; init; } = 2;

    /// <summary>Limit of one page of a listing, with its repetitions.</summary>
    public TimeSpan ListingTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Limit of one attempt to get a page of a listing.</summary>
    public TimeSpan ListingAttemptTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait a server may ask for; when it asks for more, the call fails with that wish in its error.
    /// Such a wait does not count against the limit of the call.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    internal CallPolicy Ordinary => new(AttemptTimeout, TotalTime, MaxRetries, LongestRetryAfter, RepeatRule.Always);

    /// <summary>Posts that change a job: a server's fault is not answered by posting again (interop API 2.2).</summary>
    internal CallPolicy JobChange => Ordinary with { Repeat = RepeatRule.NotAfterFault };

    /// <summary>Creating and submitting a job: repeated only while nothing can have reached the server.</summary>
    internal CallPolicy JobCreation => Ordinary with { Repeat = RepeatRule.OnlyBeforeSending };

    /// <summary>Registering a file: after a lost answer whoever asked looks for the record before it asks again.</summary>
    internal CallPolicy Registration => JobCreation with { Uncertain = UncertainOutcome.Registration };

    /// <summary>Making a folder: the platform may allow equal names, so after a lost answer it is looked for before it is asked for again.</summary>
    internal CallPolicy FolderCreation => JobCreation with { Uncertain = UncertainOutcome.Folder };

    internal CallPolicy ConnectionTest => new(ConnectionTestTime, ConnectionTestTime, ConnectionTestRetries, TimeSpan.FromSeconds(2), RepeatRule.Always) { LongestTokenWait = ConnectionTestTime };

    internal CallPolicy Listing => new(ListingAttemptTimeout, ListingTime, MaxRetries, LongestRetryAfter, RepeatRule.Always);

    /// <param name="attempt">0 for the first repetition.</param>
    /// <param name="random">In [0, 1).</param>
    internal TimeSpan WaitBefore(int attempt, double random)
    {
        var doubled = BaseDelay * Math.Pow(2, Math.Min(attempt, 30));
        var capped = doubled < MaxDelay ? doubled : MaxDelay;
        return capped * (1 + Jitter * random);
    }
}
