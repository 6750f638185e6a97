using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>
/// Tells whether a call was repeated. Then the answer to its first attempt may have been lost, and what a later attempt is told to be missing may
/// have gone by the first. What the flow's own observer hears stays the same.
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

    void IApiObserver.OnWaiting(string reason, TimeSpan wait, TimeSpan left)
    {
        _hasRepeated = true;
        _outer?.OnWaiting(reason, wait, left);
    }

    void IApiObserver.OnLimited(string reason, TimeSpan wait) => _outer?.OnLimited(reason, wait);

    void IApiObserver.OnWarning(string message) => _outer?.OnWarning(message);
}
