using System.Net.Http.Headers;

namespace RescaleInterlink.Storage;

/// <summary>Reads a <c>Retry-After</c> header in both its forms: seconds, and an HTTP date.</summary>
internal static class RetryAfterText
{
    /// <param name="answered">The answer's <c>Date</c>, from which a date is counted: this computer's clock may be a day off. Null when it has none.</param>
    /// <returns>Null when there is none, it cannot be read, or it lies in the past.</returns>
    public static TimeSpan? Read(string? value, DateTimeOffset? answered, TimeProvider time)
    {
        if (!RetryConditionHeaderValue.TryParse(value, out var asked)) return null;
        var wait = asked switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - (answered ?? time.GetUtcNow()),
            _ => TimeSpan.Zero,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }
}
