using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Limits;

/// <summary>The budgets of the sandbox's one key, as token buckets that start full. Rates are multiplied by the scale, bursts stay. Thread-safe.</summary>
/// <remarks>How much the platform itself takes at once is not known (interop API 2.4 gives the client's bucket); here it is that and no more,
/// so that a client which keeps to it has no room for mistakes.</remarks>
internal sealed class RateLimits(double scale, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RateScope, Bucket> _buckets = [];
    private readonly Dictionary<RateScope, Count> _counts = [];

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
            var count = _counts.GetValueOrDefault(scope);
            _counts[scope] = granted ? count with { Granted = count.Granted + 1 } : count with { Refused = count.Refused + 1 };
            return granted ? null : TimeSpan.FromSeconds((1 - tokens) / perSecond);
        }
    }

    /// <summary>By scope, how many requests were let pass and how many refused.</summary>
    public JsonObject View()
    {
        lock (_gate)
        {
            var view = new JsonObject();
            foreach (var scope in new[] { RateScope.User, RateScope.JobSubmission, RateScope.JobsUsage })
            {
                var count = _counts.GetValueOrDefault(scope);
                view[scope.Name] = new JsonObject { ["granted"] = count.Granted, ["refused"] = count.Refused };
            }

            return view;
        }
    }

    private readonly record struct Count(long Granted, long Refused);

    /// <param name="Tokens">How many requests were left then.</param>
    /// <param name="At">Timestamp of the time provider.</param>
    private readonly record struct Bucket(double Tokens, long At);
}
