namespace RescaleInterlink.Sandbox.Objects;

/// <summary>Files and folders that only their owner may read (0600, 0700), and their atomic replacement.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Creates the folder and its missing parents; existing ones keep their mode.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // The mode is given to the last folder only, so each is made by itself.
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent) CreateFolder(parent);
        Directory.CreateDirectory(path, OwnerFolder);
    }

    /// <summary>Opens a new file for writing, without a buffer of its own. It must not exist.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Puts <paramref name="content"/> at <paramref name="path"/> in one step: a reader, and a start after a kill, find the old
    /// content or the new, never a mixture. The data reach the operating system, not necessarily the disk: the sandbox outlives
    /// its process, not a power failure.
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
        try
        {
            using (var stream = Create(temporary))
            {
                stream.Write(content);
                stream.Flush();
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>How names of files end that a kill may leave behind half written.</summary>
    public const string TemporarySuffix = ".tmp";
}
