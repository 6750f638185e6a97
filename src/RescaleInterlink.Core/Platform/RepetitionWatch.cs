using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>
/// Tells whether a call was repeated after an attempt that may have reached the platform. Then the answer to that attempt may have been lost, and what
/// a later one is told to be missing may have gone by it. An attempt that was turned away unread changed nothing. What the flow's own observer hears
/// stays the same.
/// </summary>
internal sealed class RepetitionWatch : IApiObserver
{
    private readonly IApiObserver? _outer = ApiObserver.Current;
    private bool _hasRepeated;

    private RepetitionWatch()
    {
    }

    /// <returns>The failure of the call, if any.</returns>
    public static async Task<(RescaleException? Error, bool WasRepeated)> TryAsync(Func<Task> call)
    {
        // Set within this method, so that it reaches the call and nothing else.
        var watch = new RepetitionWatch();
        ApiObserver.Current = watch;
        try
        {
            await call().ConfigureAwait(false);
            return (null, watch._hasRepeated);
        }
        catch (RescaleException e)
        {
            return (e, watch._hasRepeated);
        }
    }

    void IApiObserver.OnAnswerLost()
    {
        _hasRepeated = true;
        _outer?.OnAnswerLost();
    }

    void IApiObserver.OnWaiting(string reason, TimeSpan wait, TimeSpan left) => _outer?.OnWaiting(reason, wait, left);

    void IApiObserver.OnLimited(string reason, TimeSpan wait) => _outer?.OnLimited(reason, wait);

    void IApiObserver.OnWarning(string message) => _outer?.OnWarning(message);
}
