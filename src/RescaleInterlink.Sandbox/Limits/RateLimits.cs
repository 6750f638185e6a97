namespace RescaleInterlink.Sandbox.Limits;

/// <summary>The budgets of the sandbox's one key, as token buckets that start full. Rates are multiplied by the scale, bursts stay. Thread-safe.</summary>
internal sealed class RateLimits(double scale, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RateScope, Bucket> _buckets = [];

    /// <summary>Takes one request out of its budget.</summary>
    /// <returns>Null when there was one left; else how long until there is.</returns>
    public TimeSpan? Take(string method, string path)
    {
        var scope = RateScope.Of(method, path);
        double perSecond = scope.PerHour / 3600 * scale;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (!_buckets.TryGetValue(scope, out var bucket))
                bucket = new Bucket(scope.Burst, now);
            double tokens = Math.Min(scope.Burst, bucket.Tokens + (time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond));
            bool granted = tokens >= 1;
            _buckets[scope] = new Bucket(granted ? tokens - 1 : tokens, now);
            return granted ? null : TimeSpan.FromSeconds((1 - tokens) / perSecond);
        }
    }

    /// <param name="Tokens">How many requests were left then.</param>
    /// <param name="At">Timestamp of the time provider.</param>
    private readonly record struct Bucket(double Tokens, long At);
}
