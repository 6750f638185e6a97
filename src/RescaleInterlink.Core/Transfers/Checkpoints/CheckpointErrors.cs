using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.Checkpoints;

internal static class CheckpointErrors
{
    public static RescaleException InUse(string localPath) => new(
        ErrorIds.TransferInUse, ErrorKind.State,
        $"Another command is transferring '{localPath}' already.", "Wait until it has ended, or stop it.");

    public static bool IsFileFailure(Exception failure) => failure is IOException or UnauthorizedAccessException or NotSupportedException;

    public static RescaleException Unwritable(string folder, Exception failure) => new(
        ErrorIds.TransferStateUnwritable, ErrorKind.LocalFile,
        $"The state of transfers cannot be kept in '{folder}': {failure.Message}",
        "Free some space or check your permissions there, or move the folder with RESCALE_STATE_HOME.", failure);

    /// <summary>What is told when a transfer is not given up for want of a checkpoint.</summary>
    public static string GoesOnWithout(RescaleException failure) =>
        $"{failure.Message} The transfer goes on, but could not be continued if it were interrupted.";

    public static RescaleException Unreadable(string folder, Exception failure) => new(
        ErrorIds.TransferStateUnreadable, ErrorKind.LocalFile,
        $"The state of transfers in '{folder}' cannot be read: {failure.Message}", "Check your permissions there.", failure);
}
