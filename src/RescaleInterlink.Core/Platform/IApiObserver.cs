namespace RescaleInterlink.Platform;

/// <summary>Hears, for the calls of the current asynchronous flow, that the platform is being waited for.</summary>
public interface IApiObserver
{
    /// <summary>A call failed and will be repeated.</summary>
    /// <param name="reason">What happened, fit to be shown.</param>
    /// <param name="wait">Until the next attempt.</param>
    /// <param name="left">How long the call will go on trying, at most.</param>
    void OnWaiting(string reason, TimeSpan wait, TimeSpan left);

    /// <summary>The attempt that failed before <see cref="OnWaiting"/> may have reached the platform and been carried out, and only its answer was lost.</summary>
    void OnAnswerLost()
    {
    }

    /// <summary>Calls are held back by the platform's rate limit.</summary>
    /// <param name="wait">Until the last of those that wait now is made, as far as can be foreseen.</param>
    void OnLimited(string reason, TimeSpan wait) => OnWaiting(reason, wait, wait);

    /// <summary>Something is not as it should be, and the call goes on.</summary>
    void OnWarning(string message)
    {
    }
}

/// <summary>The observer of the current asynchronous flow.</summary>
public static class ApiObserver
{
    private static readonly AsyncLocal<IApiObserver?> Flow = new();

    public static IApiObserver? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }
}
