using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>What a later run could go on with.</summary>
internal enum CheckpointWorth
{
    Nothing,
    SomeBytes,

    /// <summary>The object is in the storage; only what follows the commit is left.</summary>
    WholeObject,
}

/// <summary>When a transfer that ended early can go on later. Uploads and downloads alike are decided here, and nowhere else.</summary>
internal static class CheckpointPolicy
{
    /// <summary>
    /// After a stop, and after failures that can pass: with time, or when the user has made the way free, brought a share back or
    /// closed a program; also after an answer that makes no sense, as it may come from something in between. Any other failure ends it, and both sides are cleaned up; but an object that is whole is for whoever asked
    /// for it to hand over or to remove.
    /// </summary>
    /// <param name="failure">One that is no <see cref="RescaleException"/> was not foreseen, and says nothing about what has moved.</param>
    /// <param name="stop">Of the transfer.</param>
    public static bool Keeps(Exception failure, CheckpointWorth worth, CancellationToken stop) => worth switch
    {
        CheckpointWorth.Nothing => false,
        CheckpointWorth.WholeObject => true,
        _ => stop.IsCancellationRequested || failure is not RescaleException known || CanPass(known),
    };

    private static bool CanPass(RescaleException failure) => failure.Behavior != ErrorBehavior.Fatal
        || failure.Kind is ErrorKind.Unreachable or ErrorKind.TimedOut or ErrorKind.RateLimited or ErrorKind.ServerFault or ErrorKind.Authentication
            or ErrorKind.AlreadyExists or ErrorKind.LocalFile or ErrorKind.State or ErrorKind.Protocol;
}
