namespace RescaleInterlink.Storage;

/// <summary>Hears, for the requests of the current asynchronous flow, what happens between attempts, and sets the pace of their bodies.</summary>
public interface IStoreObserver
{
    /// <summary>A request failed and will be repeated after a wait.</summary>
    void OnRetrying(Errors.RescaleException failure, TimeSpan wait);

    /// <summary>The wait is over; the repetition begins when this ends, so that it can first get its place back.</summary>
    ValueTask OnResumingAsync(CancellationToken cancellationToken);

    /// <summary>Most bytes of a body to ask for at once, from 1 to <see cref="StoreObserver.LongestPiece"/>.</summary>
    int PieceSize => StoreObserver.LongestPiece;

    /// <summary>Stores ask before each piece of a body moves; ends when it may. It is not silence of the other side.</summary>
    ValueTask PaceAsync(int bytes, CancellationToken cancellationToken);
}

/// <summary>The observer of the current asynchronous flow.</summary>
public static class StoreObserver
{
    /// <summary>Bytes of a body that move at once when nothing limits them: within one piece a stall is noticed.</summary>
    public const int LongestPiece = 256 << 10;

    private static readonly AsyncLocal<IStoreObserver?> Flow = new();

    public static IStoreObserver? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }
}
