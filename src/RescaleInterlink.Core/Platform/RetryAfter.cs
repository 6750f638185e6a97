using System.Net.Http.Headers;

namespace RescaleInterlink.Platform;

/// <summary>Reads <c>Retry-After</c> in both its forms: seconds, and an HTTP date.</summary>
/// <remarks>A date is counted from the answer's own <c>Date</c>: this computer's clock may be a day off.</remarks>
internal static class RetryAfter
{
    /// <returns>Null when there is none, it cannot be read, or it lies in the past.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider time)
    {
        var wait = headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - (headers.Date ?? time.GetUtcNow()),
            _ => TimeSpan.Zero,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }
}
