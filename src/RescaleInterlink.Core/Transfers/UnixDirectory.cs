using System.Runtime.InteropServices;

namespace RescaleInterlink.Transfers;

/// <summary>Makes a rename durable: on Unix that is a property of the folder, and .NET cannot open one.</summary>
internal static class UnixDirectory
{
    private const int ReadOnly = 0;

    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) return; // A folder that may be written but not listed; the file itself is flushed already.
        _ = Fsync(descriptor); // Some network file systems refuse it for folders and need none.
        _ = Close(descriptor);
    }

#pragma warning disable SYSLIB1054, CA2101 // The generated kind needs unsafe code; UTF-8 is what LPStr means on Unix.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
#pragma warning restore SYSLIB1054, CA2101
}
