namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>Files and folders that only their owner may read: 0600 and 0700. On Windows the folder's inherited ACL of the user's profile holds.</summary>
internal static class PrivateFiles
{
    public static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share, int bufferSize = 4096)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate))
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Written beside and renamed over: a reader sees the old content or the new.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string next = $"{path}.{Environment.ProcessId}.next";
        File.Delete(next);
        using (var file = new FileStream(next, Options(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
