using System.Formats.Tar;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>What a safe commit needs of the file system and .NET does not offer on Unix.</summary>
internal static class UnixFileSystem
{
    private const int ReadOnly = 0;
    private const int AlreadyExists = 17; // EEXIST

    private static bool _hasNoBeginFlush;

    /// <summary>Makes a rename durable: on Unix that is a property of the folder, and .NET cannot open one.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) return; // A folder that may be written but not listed; the file itself is flushed already.
        _ = Fsync(descriptor); // Some network file systems refuse it for folders and need none.
        _ = Close(descriptor);
    }

    /// <summary>Asks for the range to be written to the disk, and does not wait for it; only Linux can be asked.</summary>
    public static void BeginFlush(SafeFileHandle file, long offset, long length)
    {
        const uint Write = 2; // SYNC_FILE_RANGE_WRITE
        if (!OperatingSystem.IsLinux() || Volatile.Read(ref _hasNoBeginFlush)) return;
        try
        {
            _ = SyncFileRange(file, offset, length, Write); // A hint; a disk that fails says so at the flush.
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it.
            Volatile.Write(ref _hasNoBeginFlush, true);
        }
    }

    /// <summary>Whether a path is no pipe, socket or device; it is looked at without opening those, which could wait for ever.</summary>
    /// <remarks>The runtime tells a file's type only through the entry that its archive writer makes of it.</remarks>
    /// <param name="path">Not a link. A file that is large is better not asked about: it would be read.</param>
    public static bool IsRegularFile(string path)
    {
        const int TypeOffset = 156;
        if (OperatingSystem.IsWindows()) return true;
        using var header = new MemoryStream();
        using (var writer = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true))
            writer.WriteEntry(path, "x");
        return header.GetBuffer()[TypeOffset] == (byte)TarEntryType.RegularFile;
    }

    /// <summary>Gives a file its new name unless that name is taken, in one step; <see cref="File.Move(string, string, bool)"/>
    /// looks first and renames then, so that of two at once the second replaces the first.</summary>
    /// <returns>False when the name is taken.</returns>
    public static bool TryMoveToFreeName(string source, string destination)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(source, destination) == 0)
            {
                File.Delete(source);
                return true;
            }

            if (Marshal.GetLastPInvokeError() == AlreadyExists) return false;
            // A file system without hard links (FAT, some shares): the next best.
        }

        try
        {
            File.Move(source, destination, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(destination))
        {
            return false;
        }
    }

#pragma warning disable SYSLIB1054, CA2101 // The generated kind needs unsafe code; UTF-8 is what LPStr means on Unix.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncFileRange(SafeFileHandle descriptor, long offset, long length, uint flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string destination);
#pragma warning restore SYSLIB1054, CA2101
}
