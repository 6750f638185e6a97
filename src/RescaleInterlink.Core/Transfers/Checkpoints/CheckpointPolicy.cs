using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>When a transfer that ended early can go on later.</summary>
internal static class CheckpointPolicy
{
    /// <summary>After a stop, and after failures that can pass; any other one ends it, and both sides are cleaned up.</summary>
    public static bool Keeps(Exception failure, CancellationToken stop) =>
        stop.IsCancellationRequested
        || failure is RescaleException
        {
            Behavior: not ErrorBehavior.Fatal,
        }
        or RescaleException
        {
            Kind: ErrorKind.Unreachable or ErrorKind.TimedOut or ErrorKind.RateLimited or ErrorKind.ServerFault or ErrorKind.Authentication,
        };
}
