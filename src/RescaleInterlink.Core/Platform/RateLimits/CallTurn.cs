using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Waits for a token no longer than a call's policy allows.</summary>
internal static class CallTurn
{
    /// <exception cref="RescaleException">RateLimited: it was not its turn in time.</exception>
    public static async Task<CallPermit> WaitAsync(
        CallBudget budget, Func<CancellationToken, Task<CallPermit>> take, TimeSpan? longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var measured = ApiMeter.Current?.BeginWait(budget.Limit.Scope);
        if (longest is not { } most)
            return await take(cancellationToken).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(most, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await take(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RescaleException(
                ErrorIds.RateLimited, ErrorKind.RateLimited,
                $"The platform's rate limit is used up by other calls with this key; after {most.TotalSeconds:0} s it was not this one's turn.",
                "Try again when fewer of your sessions are at work, or when the platform's cooldown is over.")
            {
                Behavior = ErrorBehavior.Wait,
            };
        }
    }
}
