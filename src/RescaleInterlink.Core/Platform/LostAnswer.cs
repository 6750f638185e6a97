using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>What to do when it is open whether a request was carried out that must not be carried out twice: look for what it may have made.</summary>
internal static class LostAnswer
{
    /// <summary>How often is looked. Once is not enough: a listing may lag behind what was made. With the documented delays
    /// (1, 2, 4 s) the last look is 7 s after the first.</summary>
    private const int Looks = 4;

    /// <summary>After 31 s, when the platform was at work for longer than it was waited for and may be still.</summary>
    private const int LooksAfterTimeout = 6;

    /// <summary>Whether the request may have been carried out in spite of this failure.</summary>
    public static bool IsOpen(RescaleException failure, UncertainOutcome outcome)
        => failure.ErrorId == outcome.ErrorId || failure is { Kind: ErrorKind.ServerFault, StatusCode: not 501 };

    /// <summary>A good status with an answer that could not be read. What is not found then was made all the same.</summary>
    public static bool WasDone(RescaleException failure) => failure.InnerException is RescaleException { ErrorId: ErrorIds.PlatformProtocol, StatusCode: null };

    /// <param name="failure">That of the request.</param>
    /// <param name="what">What is looked for, for whoever hears that the platform is being waited for.</param>
    /// <returns>What <paramref name="look"/> has found first; null when none of the looks has found anything.</returns>
    /// <exception cref="RescaleException">The uncertain outcome when a look fails: the request must not be repeated.</exception>
    public static async Task<T?> FindAsync<T>(
        RescaleClient client, RescaleException failure, UncertainOutcome outcome, string what, Func<CancellationToken, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        var looks = failure.StatusCode == 504 || failure.InnerException is RescaleException { Kind: ErrorKind.TimedOut } ? LooksAfterTimeout : Looks;
        for (var done = 1; ; done++)
        {
            try
            {
                if (await look(cancellationToken).ConfigureAwait(false) is { } found)
                    return found;
            }
            catch (RescaleException e)
            {
                throw Undecided(failure, outcome, $"Whether there is {what} could not be found out: {e.Message}");
            }

            if (done == looks)
                return null;
            await WaitAsync(client, $"{failure.Message} Looking for {what}.", client.Policy.WaitBefore(done - 1, client.Random()), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Before it is sent again: until the time that the answer to it has named.</summary>
    /// <param name="since">Timestamp of that answer.</param>
    /// <returns>False when that is longer than anyone wants to wait.</returns>
    public static async Task<bool> WaitAsWishedAsync(RescaleClient client, RescaleException failure, long since, CancellationToken cancellationToken)
    {
        var wish = failure.RetryAfter ?? TimeSpan.Zero;
        if (wish > client.Policy.LongestRetryAfter)
            return false;
        var left = wish - client.Time.GetElapsedTime(since);
        if (left > TimeSpan.Zero)
            await WaitAsync(client, failure.Message, left, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public static RescaleException Undecided(RescaleException failure, UncertainOutcome outcome, string what)
        => new(outcome.ErrorId, ErrorKind.State, $"{failure.Message} {what}", outcome.Action, failure) { StatusCode = failure.StatusCode };

    private static Task WaitAsync(RescaleClient client, string reason, TimeSpan wait, CancellationToken cancellationToken)
    {
        ApiObserver.Current?.OnWaiting(reason, wait, wait);
        return Task.Delay(wait, client.Time, cancellationToken);
    }
}
