using System.Net;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Takes a token for a call, not for each of its attempts (interop API 2.2). It stands before the retry handler.</summary>
internal sealed class RateLimitHandler(RateLimiter limiter, HttpMessageHandler next) : DelegatingHandler(next)
{
    // Shorter waits are the pace of a long listing, which is nothing to report.
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(2);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (limiter.For(request) is { } bucket)
            await bucket.TakeAsync(Tell, cancellationToken).ConfigureAwait(false);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static void Tell(TimeSpan wait)
    {
        if (wait >= WorthTelling)
            ApiObserver.Current?.OnWaiting("The platform's rate limit is used up.", wait, wait);
    }
}

/// <summary>Hears every 429, also those that a repetition absorbs, behind the retry handler.</summary>
internal sealed class ThrottleHandler(RateLimiter limiter, TimeProvider time, HttpMessageHandler next) : DelegatingHandler(next)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            limiter.For(request)?.Drain(RetryAfter.Read(response.Headers, time));
        return response;
    }
}
