namespace RescaleInterlink.PowerShell.Objects;

/// <summary>How the transfer of one file ended; a failure is an error record and no result.</summary>
internal static class TransferStatus
{
    /// <summary>All its bytes are at the other side.</summary>
    public const string Completed = nameof(Completed);

    /// <summary>There is a file of that name already, and the caller wanted it left alone.</summary>
    public const string Skipped = nameof(Skipped);

    /// <summary>What is there already has the same bytes, by SHA-512; nothing was moved.</summary>
    public const string Identical = nameof(Identical);

    /// <returns>Bytes that this run moved, per second; null when it moved none.</returns>
    public static long? Rate(long? size, long resumed, TimeSpan duration)
        => size - resumed is > 0 and { } moved && duration > TimeSpan.Zero ? (long)(moved / duration.TotalSeconds) : null;
}
