using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>What the file system throws, as errors. Decided by exception type and error number.</summary>
internal static class LocalFileErrors
{
    // ENOSPC; EDQUOT on Linux and macOS. .NET puts the raw number into HResult for those it has no exception for.
    private static readonly int[] UnixDiskFull = [28, 122, 69];

    // ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private static readonly int[] WindowsDiskFull = [unchecked((int)0x80070027), unchecked((int)0x80070070)];

    public static bool IsDiskFull(IOException failure) =>
        (OperatingSystem.IsWindows() ? WindowsDiskFull : UnixDiskFull).Contains(failure.HResult);

    public static RescaleException DiskFull(string destination, long needed, long? available, Exception? failure = null) => new(
        ErrorIds.DiskFull, ErrorKind.DiskFull,
        available is null
            ? $"There is no room for '{destination}': it needs {needed} bytes."
            : $"There is no room for '{destination}': it needs {needed} bytes, and {available} are available.",
        "Free some space, or choose another destination.", failure);

    public static RescaleException? FromWriting(Exception failure, string destination, long needed, Func<long?> available) => failure switch
    {
        IOException full when IsDiskFull(full) => DiskFull(destination, needed, available(), failure),
        UnauthorizedAccessException or IOException or NotSupportedException => new RescaleException(
            ErrorIds.DestinationUnwritable, ErrorKind.LocalFile,
            $"'{destination}' cannot be written: {failure.Message}", "Check the folder and your permissions there.", failure),
        _ => null,
    };

    public static RescaleException? FromReading(Exception failure, string source) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => SourceNotFound(source, failure),
        UnauthorizedAccessException or IOException or NotSupportedException => new RescaleException(
            ErrorIds.SourceUnreadable, ErrorKind.LocalFile,
            $"'{source}' cannot be read: {failure.Message}",
            "Check your permissions, and whether another program holds the file open.", failure),
        _ => null,
    };

    /// <summary>Some file systems hold times that the runtime has none for; it says so when it is asked for the file's.</summary>
    public static RescaleException TimeOutOfRange(string source, ArgumentOutOfRangeException failure) => new(
        ErrorIds.SourceUnreadable, ErrorKind.LocalFile, $"'{source}' cannot be read: the time of its last change lies beyond the year 9999.",
        "Give it another time, such as with touch.", failure);

    public static RescaleException SourceNotFound(string source, Exception? failure = null) => new(
        ErrorIds.SourceNotFound, ErrorKind.NotFound, $"'{source}' does not exist.", "Check the path.", failure);

    public static RescaleException SourceChanged(string source, string how) => new(
        ErrorIds.SourceChanged, ErrorKind.SourceChanged,
        $"'{source}' changed while it was read: {how}.", "Send it again when nothing writes to it any more.");
}
