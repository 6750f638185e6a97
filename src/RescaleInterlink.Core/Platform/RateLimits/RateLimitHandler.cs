using System.Net;
using System.Net.Http.Headers;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Waits for a token for a call, not for each of its attempts (interop API 2.2). It stands before the retry handler.</summary>
internal sealed class RateLimitHandler(RateLimiter limiter, TimeProvider time, HttpMessageHandler next) : DelegatingHandler(next)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (limiter.For(request) is not { } budget)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        using var permit = await TakeAsync(budget, request, cancellationToken).ConfigureAwait(false);
        request.Options.Set(CallPermit.Key, permit);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CallPermit> TakeAsync(CallBudget budget, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(CallPolicy.Key, out var call) || call.LongestTokenWait is not { } longest)
            return await budget.TakeAsync(cancellationToken).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(longest, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await budget.TakeAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RescaleException(
                ErrorIds.RateLimited, ErrorKind.RateLimited,
                $"The platform's rate limit is used up by other calls with this key; after {longest.TotalSeconds:0} s it was not this one's turn.",
                "Try again when fewer of your sessions are at work, or when the platform's cooldown is over.")
            {
                Behavior = ErrorBehavior.Wait,
            };
        }
    }
}

/// <summary>Sees every attempt, behind the retry handler: when it is answered, and whether the platform found it one too many.</summary>
internal sealed class ThrottleHandler(TimeProvider time, HttpMessageHandler next) : DelegatingHandler(next)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(CallPermit.Key, out var permit))
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        permit.BeginAttempt();
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
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
