namespace RescaleInterlink.Platform.RateLimits;

/// <summary>The platform counts calls in three scopes (interop API 2.4).</summary>
public enum RateScope
{
    User,
    JobSubmission,
    JobsUsage,
}

/// <summary>What one scope allows.</summary>
/// <param name="HardRate">Calls per second that the platform takes.</param>
/// <param name="Rate">Calls per second that this user's processes make together, once the burst is spent.</param>
/// <param name="Burst">Calls that may be made at once after a rest: the size of the bucket.</param>
internal sealed record ScopeLimit(RateScope Scope, double HardRate, double Rate, int Burst)
{
    /// <summary>Calls per second of one process that cannot know what the others do (interop API 2.5).</summary>
    public double EmergencyRate => HardRate / 4 * 0.5;
}

internal static class RateScopes
{
    /// <summary>The share of the platform's limit that this client allows itself; the rest is for the user's other tools.</summary>
    private const double Target = 0.85;

    public static IReadOnlyList<RateScope> All { get; } = Enum.GetValues<RateScope>();

    /// <summary>The first rule that fits.</summary>
    public static RateScope Of(HttpMethod method, string path)
        => method == HttpMethod.Post && path.Contains("/submit/", StringComparison.Ordinal) ? RateScope.JobSubmission
            : path.Contains("/api/v2/jobs/", StringComparison.Ordinal) ? RateScope.JobsUsage
            : RateScope.User;

    public static RateScope Of(HttpRequestMessage request) => Of(request.Method, request.RequestUri!.AbsolutePath);

    /// <summary>As the platform and other tools call it.</summary>
    public static string NameOf(RateScope scope) => scope switch
    {
        RateScope.JobSubmission => "job-submission",
        RateScope.JobsUsage => "jobs-usage",
        _ => "user",
    };

    /// <param name="scale">What the rates are multiplied by; the burst stays. 1 for a real platform.</param>
    public static ScopeLimit LimitOf(RateScope scope, double scale = 1)
    {
        var (perHour, burst) = scope switch
        {
            RateScope.JobSubmission => (1_000, 50),
            RateScope.JobsUsage => (90_000, 300),
            _ => (7_200, 150),
        };
        var hard = perHour / 3600.0 * scale;
        return new ScopeLimit(scope, hard, hard * Target, burst);
    }
}
