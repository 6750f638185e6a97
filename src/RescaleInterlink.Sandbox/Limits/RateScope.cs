namespace RescaleInterlink.Sandbox.Limits;

/// <summary>One of the platform's three budgets (interop API 2.4).</summary>
/// <param name="PerHour">What flows in.</param>
/// <param name="Burst">What it holds when it is full.</param>
internal sealed record RateScope(string Name, double PerHour, double Burst)
{
    public static readonly RateScope User = new("user", 7_200, 150);
    public static readonly RateScope JobSubmission = new("job-submission", 1_000, 50);
    public static readonly RateScope JobsUsage = new("jobs-usage", 90_000, 300);

    /// <summary>The budget a request is counted in; the first rule that fits.</summary>
    public static RateScope Of(string method, string path)
    {
        if (method == "POST" && path.Contains("/submit/", StringComparison.Ordinal))
            return JobSubmission;
        return path.Contains("/api/v2/jobs/", StringComparison.Ordinal) ? JobsUsage : User;
    }
}
