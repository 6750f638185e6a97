using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Opens only what has content: a pipe or device that a command leaves behind would otherwise block its reader for ever.</summary>
internal static partial class RegularFile
{
    // O_RDONLY | O_CLOEXEC | O_NONBLOCK, which are numbered differently.
    private const int MacFlags = 0x0100_0000 | 0x4;
    private const int LinuxFlags = 0x8_0000 | 0x800;

    /// <returns>Null for anything but a regular file, and for one that has gone or may not be read.</returns>
    public static FileStream? TryOpen(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0) : null;

        int descriptor = Open(path, OperatingSystem.IsMacOS() ? MacFlags : LinuxFlags);
        if (descriptor < 0)
            return null;
        var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
