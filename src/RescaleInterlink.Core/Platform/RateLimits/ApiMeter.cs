namespace RescaleInterlink.Platform.RateLimits;

/// <summary>What one command has asked of one scope of the platform's rate limits (interop API 2.4).</summary>
/// <param name="Calls">Requests that were sent; a repeated call counts each time, as the platform counts it.</param>
/// <param name="Waited">For the rate limit, summed over calls that waited at the same time.</param>
public sealed record ApiUsage(RateScope Scope, long Calls, TimeSpan Waited)
{
    public string Name => RateScopes.NameOf(Scope);
}

/// <summary>Where a call of the API is.</summary>
internal enum ApiPhase
{
    None,

    /// <summary>It waits for the rate limit, or because the platform has refused it as one too many.</summary>
    Limited,

    /// <summary>It is sent, answered, or about to be repeated.</summary>
    Made,
}

/// <summary>
/// Counts the calls of an asynchronous flow. A call that several commands share, such as one for a storage's credentials, counts for the one that made it.
/// Thread-safe.
/// </summary>
/// <param name="onChange">Told whenever a call gets from one phase to another. Called from any thread, while the call goes on: it has to be quick.</param>
internal sealed class ApiMeter(TimeProvider time, Action<ApiPhase, ApiPhase>? onChange = null)
{
    private static readonly AsyncLocal<ApiMeter?> Flow = new();

    private readonly long[] _calls = new long[RateScopes.All.Count];
    private readonly long[] _waited = new long[RateScopes.All.Count];

    /// <summary>The meter of the current asynchronous flow.</summary>
    public static ApiMeter? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    public ApiUsage GetUsage(RateScope scope)
        => new(scope, Interlocked.Read(ref _calls[(int)scope]), TimeSpan.FromTicks(Interlocked.Read(ref _waited[(int)scope])));

    /// <summary>A call begins, and ends when the result is disposed, once.</summary>
    public IDisposable BeginCall()
    {
        onChange?.Invoke(ApiPhase.None, ApiPhase.Made);
        return new Span(() => onChange?.Invoke(ApiPhase.Made, ApiPhase.None));
    }

    /// <summary>Something of the call is sent.</summary>
    public void OnSent(RateScope scope) => Interlocked.Increment(ref _calls[(int)scope]);

    /// <summary>A call that has begun waits for the rate limit until the result is disposed, once.</summary>
    public IDisposable BeginWait(RateScope scope)
    {
        var began = time.GetTimestamp();
        onChange?.Invoke(ApiPhase.Made, ApiPhase.Limited);
        return new Span(() =>
        {
            Interlocked.Add(ref _waited[(int)scope], time.GetElapsedTime(began).Ticks);
            onChange?.Invoke(ApiPhase.Limited, ApiPhase.Made);
        });
    }

    private sealed class Span(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
