using System.IO.Enumeration;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>The folder a job's command runs in, and what is new or changed there since the start.</summary>
internal sealed class WorkFolder
{
    /// <summary>Name of the log that holds stdout and stderr as they came.</summary>
    public const string LogName = "process_output.log";

    /// <summary>Inputs are dated like this, so that even a write within one tick of the file system's clock shows.</summary>
    private static readonly DateTime InputTime = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private Dictionary<string, (long Size, DateTime Written)> _start = [];

    private string _realWork = "";

    private WorkFolder(string root)
    {
        Root = root;
        Work = Path.Combine(root, "work");
    }

    /// <summary>Beneath it lie the script and the work folder, apart, so that outputs are never mixed with the sandbox's own files.</summary>
    public string Root { get; }
    public string Work { get; }
    public string Log => Path.Combine(Work, LogName);

    /// <summary>An empty one; what a killed sandbox left in its place goes.</summary>
    public static WorkFolder CreateClean(string root)
    {
        Delete(root);
        var folder = new WorkFolder(root);
        Hosting.PrivateFiles.CreateFolder(root);
        Hosting.PrivateFiles.CreateFolder(folder.Work);
        folder._realWork = RealPath.Of(folder.Work) ?? folder.Work;
        return folder;
    }

    /// <summary>Where a relative path of the work folder lies.</summary>
    /// <exception cref="RunFailure">It leads out of it.</exception>
    public string Resolve(string relativePath)
    {
        // The system's calls take no such name, and .NET's take it for a mistake of the program.
        if (relativePath.Contains('\0', StringComparison.Ordinal))
            throw new RunFailure("a name with a NUL character cannot be used");
        string full = Path.GetFullPath(Path.Combine(Work, relativePath));
        return full.StartsWith(Work + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new RunFailure($"the name '{relativePath}' leads out of the work folder");
    }

    public static void DateAsInput(string path) => File.SetLastWriteTimeUtc(path, InputTime);

    /// <summary>Everything that lies there from here on unchanged is an input.</summary>
    public void TakeSnapshot() => _start = Files().ToDictionary(file => file.RelativePath, file => (file.Size, file.Written), StringComparer.Ordinal);

    /// <summary>Files that are new or were written to since the snapshot, in ordinal order.</summary>
    public IReadOnlyList<FoundFile> Changed()
        => [.. Files()
            .Where(file => !_start.TryGetValue(file.RelativePath, out var before) || before != (file.Size, file.Written))
            .OrderBy(file => file.RelativePath, StringComparer.Ordinal)];

    /// <summary>Files now. Links to folders are not followed; a link to a file counts when that file lies in the work folder too.</summary>
    public IEnumerable<FoundFile> Files()
    {
        // A command may have put something else in its place.
        if (!Directory.Exists(Work) || RealPath.Of(Work) != _realWork)
            return [];
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        var paths = new FileSystemEnumerable<string>(Work, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return paths.Select(Look).OfType<FoundFile>();
    }

    /// <summary>Removes it all; what cannot be removed is left to the next start.</summary>
    public void Remove()
    {
        try
        {
            Delete(Root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A command may leave something behind that refuses deletion. It costs space and nothing else: no run uses its name again.
        }
    }

    /// <summary>Deletes a folder with all that is in it, also what a command has made read-only, as package managers do.</summary>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Unlock(new DirectoryInfo(folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Unlock(DirectoryInfo folder)
    {
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            // What a link leads to is not the run's.
            if (entry.LinkTarget is not null)
                continue;
            if (entry is DirectoryInfo inner)
                Unlock(inner);
            else if (OperatingSystem.IsWindows())
                entry.Attributes = FileAttributes.Normal;
        }
    }

    private FileInfo? Inside(string link)
        => RealPath.Of(link) is { } real && real.StartsWith(_realWork + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? new FileInfo(real) : null;

    private FoundFile? Look(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.LinkTarget is null ? file : Inside(path);
            return target is { Exists: true }
                ? new FoundFile(path, Path.GetRelativePath(Work, path).Replace(Path.DirectorySeparatorChar, '/'), target.Length, target.LastWriteTimeUtc)
                : null;
        }
        catch (IOException)
        {
            // It went while it was looked at.
            return null;
        }
    }
}
