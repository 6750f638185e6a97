using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Archiving;

/// <summary>Lists a folder in the order of its archive: each directory before its content, names in ordinal order.</summary>
internal static class TarListing
{
    // Windows has no permission bits; the ones a script needs to be run after unpacking are the runtime's own choice too.
    private const int WindowsMode = 0b111_101_101;
    private const int LinkMode = 0b111_111_111;

    /// <exception cref="RescaleException">PatternInvalid; ArchiveNameTaken, naming both files; SourceNotFound or SourceUnreadable, naming the file or folder.</exception>
    public static List<TarEntry> List(string folder, string rootName, ArchiveOptions options, CancellationToken cancellationToken)
    {
        var entries = Walk(folder, rootName, options.MakeFilter(), cancellationToken);
        return options.Flatten ? Flatten(entries) : entries;
    }

    private static List<TarEntry> Walk(string folder, string rootName, Func<string, bool> takes, CancellationToken cancellationToken)
    {
        var root = new DirectoryInfo(folder);
        if (!root.Exists)
            throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound,
                $"The folder '{folder}' does not exist.", "Check the path.");
        // A link given as the folder itself means what it points to; links inside are kept as links.
        if (Wrap(folder, () => root.ResolveLinkTarget(returnFinalTarget: true)) is DirectoryInfo target)
            root = target;

        var entries = new List<TarEntry>();
        var open = new Stack<(FileSystemInfo Info, string Name)>();
        open.Push((root, rootName));
        while (open.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = Wrap(next.Info.FullName, () => Describe(next.Info, next.Name, isRoot: next.Info == root));
            entries.Add(entry);
            if (entry.Kind != TarEntryKind.Directory)
                continue;
            var children = Wrap(next.Info.FullName, () => ((DirectoryInfo)next.Info).GetFileSystemInfos());
            Array.Sort(children, (x, y) => string.CompareOrdinal(y.Name, x.Name));
            foreach (var child in children)
            {
                if (IsFolder(child) || takes(child.Name))
                    open.Push((child, entry.Name + child.Name));
            }
        }

        return entries;
    }

    /// <summary>A link to a folder is archived as a link, which is no folder.</summary>
    private static bool IsFolder(FileSystemInfo info) => info is DirectoryInfo && Wrap(info.FullName, () => info.LinkTarget) is null;

    private static List<TarEntry> Flatten(List<TarEntry> entries)
    {
        var files = new SortedDictionary<string, TarEntry>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(static entry => entry.Kind != TarEntryKind.Directory))
        {
            var name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
            if (!files.TryAdd(name, entry with { Name = name }))
                throw new RescaleException(ErrorIds.ArchiveNameTaken, ErrorKind.InvalidInput,
                    $"'{files[name].Path}' and '{entry.Path}' would both be '{name}' in an archive without folders.",
                    "Keep the folders, leave one of the files out, or give it another name.");
        }

        return [.. files.Values];
    }

    private static TarEntry Describe(FileSystemInfo info, string name, bool isRoot)
    {
        var modified = info.LastWriteTimeUtc;
        if (!isRoot && info.LinkTarget is { } target)
        {
            // A name may hold that letter; then the link leads somewhere.
            if (target.Contains(TarSource.NoText, StringComparison.Ordinal) && info.ResolveLinkTarget(returnFinalTarget: false) is not { Exists: true })
                throw TarSource.Nameless(info.FullName, "is a link to a name");
            if (OperatingSystem.IsWindows())
                target = target.Replace('\\', '/');
            return new TarEntry(TarEntryKind.SymbolicLink, name, info.FullName, LinkMode, modified, 0, target);
        }

        var mode = OperatingSystem.IsWindows() ? WindowsMode : (int)info.UnixFileMode;
        if (info is DirectoryInfo)
            return new TarEntry(TarEntryKind.Directory, name + "/", info.FullName, mode, modified, 0, null);
        var length = ((FileInfo)info).Length;
        // Pipes, sockets and devices all report the length 0.
        if (length == 0 && !UnixFileSystem.IsRegularFile(info.FullName))
            throw new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile,
                $"'{info.FullName}' is a pipe, a socket or a device; it cannot be archived.",
                "Remove it from the folder, or archive another folder.");
        return new TarEntry(TarEntryKind.File, name, info.FullName, mode, modified, length, null);
    }

    private static T Wrap<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TarSource.Unreadable(path, exception);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw LocalFileErrors.TimeOutOfRange(path, exception);
        }
    }
}
