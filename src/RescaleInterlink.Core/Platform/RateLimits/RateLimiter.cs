using System.Collections.Frozen;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Keeps this client within the platform's limits, one bucket for each scope. Thread-safe.</summary>
internal sealed class RateLimiter(TimeProvider time)
{
    private volatile FrozenDictionary<RateScope, TokenBucket>? _buckets;

    /// <summary>Switches the limits on, with full buckets but for the calls that were made already.</summary>
    /// <param name="scale">What the rates are multiplied by; the bursts stay. 1 for a real platform.</param>
    /// <param name="madeByUser">Calls in the scope of the user that the platform has counted already.</param>
    public void Enable(double scale, int madeByUser = 0)
        => _buckets = Enum.GetValues<RateScope>().ToFrozenDictionary(scope => scope, scope =>
        {
            var (rate, burst) = RateScopes.LimitOf(scope);
            return new TokenBucket(rate * scale, burst, time, scope == RateScope.User ? madeByUser : 0);
        });

    /// <summary>Null while the limits are off.</summary>
    public TokenBucket? For(HttpRequestMessage request) => _buckets?[RateScopes.Of(request.Method, request.RequestUri!.AbsolutePath)];
}
