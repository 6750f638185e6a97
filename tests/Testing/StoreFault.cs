using RescaleInterlink.Errors;

namespace RescaleInterlink.Testing;

public enum StoreFaultKind
{
    /// <summary>Fails before the store has acted.</summary>
    Before,

    /// <summary>The store has acted, but its answer is lost.</summary>
    LoseReply,

    /// <summary>Nothing happens until the request is cancelled.</summary>
    Stall,

    /// <summary>One bit of what was read is flipped.</summary>
    FlipBit,

    /// <summary>Lets others go first, so that answers come in another order.</summary>
    Delay,
}

/// <summary>A rule of <see cref="FaultInjectingObjectStore"/>.</summary>
/// <param name="Skip">Matching requests that pass first.</param>
/// <param name="Times">Most requests to hit.</param>
/// <param name="Probability">Of each matching request, in [0, 1].</param>
public sealed record StoreFault(
    StoreOperation Operation, StoreFaultKind Kind, int Skip = 0, int Times = int.MaxValue, double Probability = 1,
    Func<RescaleException>? Failure = null)
{
    public static RescaleException SlowDown() => new(ErrorIds.StorageFault, ErrorKind.RateLimited, "injected: 503 SlowDown")
    {
        Behavior = ErrorBehavior.Retry,
        StatusCode = 503,
    };

    public static RescaleException Reset() => new(ErrorIds.StorageUnreachable, ErrorKind.Unreachable, "injected: connection reset")
    {
        Behavior = ErrorBehavior.Retry,
    };

    public static RescaleException ExpiredToken() => new(ErrorIds.StorageCredentialsRejected, ErrorKind.Authentication, "injected: ExpiredToken")
    {
        Behavior = ErrorBehavior.RefreshCredentials,
        StatusCode = 400,
    };

    /// <summary>S3's answer for an object that is not there, to credentials that may not list its bucket.</summary>
    public static RescaleException NotKnown() => new(ErrorIds.StorageCredentialsRejected, ErrorKind.Authentication, "injected: 403")
    {
        Behavior = ErrorBehavior.RefreshCredentials,
        StatusCode = 403,
    };

    public static RescaleException Fatal() => new(ErrorIds.StorageRejected, ErrorKind.Protocol, "injected: refused") { StatusCode = 400 };

    public static RescaleException Changed() => new(ErrorIds.ObjectChanged, ErrorKind.Integrity, "injected: 412", "Look at the test.") { StatusCode = 412 };
}
