namespace RescaleInterlink.Storage;

/// <summary>When and how often a storage request is repeated (interop storage 8).</summary>
/// <param name="Random">Uniform in [0, 1).</param>
public sealed record RetryPolicy(Func<double> Random, TimeProvider Time, int Attempts = 10)
{
    private static readonly TimeSpan CredentialWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAskedWait = TimeSpan.FromMinutes(2);
    private const double BaseSeconds = 0.2;
    private const double CapSeconds = 15;

    public static RetryPolicy Default { get; } = new(System.Random.Shared.NextDouble, TimeProvider.System);

    /// <param name="failed">Attempts that have failed, 1 or more.</param>
    public TimeSpan WaitBefore(int failed, Errors.RescaleException failure)
    {
        if (failure.Behavior == Errors.ErrorBehavior.RefreshCredentials) return CredentialWait;
        // The first repetition follows at once: most failures are a connection that went stale while idle.
        var ceiling = failed == 1 ? 0 : Math.Min(CapSeconds, BaseSeconds * Math.Pow(2, failed - 1));
        var wait = TimeSpan.FromSeconds(Random() * ceiling);
        if (failure.RetryAfter is { } asked && asked > wait) wait = asked < LongestAskedWait ? asked : LongestAskedWait;
        return wait;
    }
}
