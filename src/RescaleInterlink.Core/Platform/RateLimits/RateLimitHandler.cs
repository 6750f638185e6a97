using System.Net;
using System.Net.Http.Headers;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Waits for a token for a call, not for each of its attempts (interop API 2.2). It stands before the retry handler, which waits for
/// another one when the platform refuses the call.</summary>
internal sealed class RateLimitHandler(RateLimiter limiter, TimeProvider time, HttpMessageHandler next) : DelegatingHandler(next)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var measured = ApiMeter.Current?.BeginCall();
        if (limiter.For(request) is not { } budget)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var longest = request.Options.TryGetValue(CallPolicy.Key, out var call) ? call.LongestTokenWait : null;
        using var permit = await CallTurn.WaitAsync(budget, budget.TakeAsync, longest, time, cancellationToken).ConfigureAwait(false);
        request.Options.Set(CallPermit.Key, permit);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Sees every attempt, behind the retry handler: when it is answered, and whether the platform found it one too many.</summary>
internal sealed class ThrottleHandler(TimeProvider time, HttpMessageHandler next) : DelegatingHandler(next)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ApiMeter.Current?.OnSent(RateScopes.Of(request));
        if (!request.Options.TryGetValue(CallPermit.Key, out var permit))
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        permit.BeginAttempt();
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                permit.Refuse();
                var cooldown = await permit.Budget.DrainAsync(RetryAfter.Read(response.Headers, time)).ConfigureAwait(false);
                // The retry handler waits for the longer of its own pause and what is left of the scope's cooldown (interop API 2.3),
                // which another call's answer may have set.
                if (cooldown > TimeSpan.Zero)
                    response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(Math.Ceiling(cooldown.TotalSeconds)));
            }

            return response;
        }
        finally
        {
            permit.EndAttempt();
        }
    }
}
