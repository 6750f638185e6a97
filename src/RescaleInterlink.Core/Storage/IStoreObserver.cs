namespace RescaleInterlink.Storage;

/// <summary>Hears, for the requests of the current asynchronous flow, what decorators do between attempts.</summary>
public interface IStoreObserver
{
    /// <summary>A request failed and will be repeated after a wait.</summary>
    void OnRetrying(Errors.RescaleException failure, TimeSpan wait);

    /// <summary>The wait is over.</summary>
    void OnResumed();
}

/// <summary>The observer of the current asynchronous flow.</summary>
public static class StoreObserver
{
    private static readonly AsyncLocal<IStoreObserver?> Flow = new();

    public static IStoreObserver? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }
}
