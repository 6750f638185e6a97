namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>A file that only this user can read, open for this process alone: locks, and state that processes take turns at.</summary>
internal static class OwnFile
{
    // On Unix .NET passes the system's own number on.
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    /// <exception cref="IOException">Another process has it open (<see cref="IsHeld"/>), or what opening a file reports.</exception>
    public static FileStream Open(string path, FileMode mode, FileOptions more = FileOptions.None)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, Options = more };
        // Beneath %LOCALAPPDATA% the user's own access list is inherited. What creates nothing may not say how.
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Someone else has the file open. By number, because by the time one looks it may be gone.</summary>
    public static bool IsHeld(IOException failure) => failure.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock;
}
