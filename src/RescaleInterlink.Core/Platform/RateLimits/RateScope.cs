namespace RescaleInterlink.Platform.RateLimits;

/// <summary>The platform counts calls in three scopes (interop API 2.4).</summary>
internal enum RateScope
{
    User,
    JobSubmission,
    JobsUsage,
}

internal static class RateScopes
{
    /// <summary>The share of the platform's limit that this client allows itself; the rest is for the user's other tools.</summary>
    private const double Target = 0.85;

    public static RateScope Of(HttpMethod method, string path)
        => method == HttpMethod.Post && path.Contains("/submit/", StringComparison.Ordinal) ? RateScope.JobSubmission
            : path.Contains("/api/v2/jobs/", StringComparison.Ordinal) ? RateScope.JobsUsage
            : RateScope.User;

    /// <returns>Calls per second, and the bucket's size.</returns>
    public static (double Rate, int Burst) LimitOf(RateScope scope) => scope switch
    {
        RateScope.JobSubmission => (1_000 / 3600.0 * Target, 50),
        RateScope.JobsUsage => (90_000 / 3600.0 * Target, 300),
        _ => (7_200 / 3600.0 * Target, 150),
    };
}
