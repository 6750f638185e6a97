using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library.Folders;

/// <summary>
/// Walks a folder on disk, one entry at a time: a folder, its files, then its folders. What cannot be read is an entry too, and the walk goes on.
/// </summary>
internal sealed class LocalTree(TreeFilter filter, bool includeHidden, SymbolicLinkPolicy links)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, MatchType = MatchType.Simple };

    /// <summary>The top is entered even if it is hidden or a link: the caller named it.</summary>
    /// <exception cref="RescaleException">SourceNotFound, SourceIsFile or SourceUnreadable: there is nothing to walk.</exception>
    public LocalFolder Open(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(path))
            throw new RescaleException(ErrorIds.SourceIsFile, ErrorKind.InvalidInput, $"'{path}' is a file, not a folder.", "Send it with Send-RescaleFile.");
        if (!Directory.Exists(path))
            throw LocalFileErrors.SourceNotFound(path);
        try
        {
            return new LocalFolder(null, Path.GetFileName(path), "", path, RealPath.Of(path), ThroughLink: false, filter.Top);
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, path) is { } failure)
        {
            throw failure;
        }
    }

    public IEnumerable<LocalEntry> Walk(LocalFolder top)
    {
        var waiting = new Stack<LocalFolder>([top]);
        while (waiting.TryPop(out var folder))
        {
            yield return new LocalEntry.FolderFound(folder);
            var inner = new List<LocalFolder>();
            foreach (var entry in List(folder))
            {
                if (entry is LocalEntry.FolderFound found)
                    inner.Add(found.Folder);
                else
                    yield return entry;
            }

            for (var i = inner.Count - 1; i >= 0; i--)
                waiting.Push(inner[i]);
        }
    }

    private IEnumerable<LocalEntry> List(LocalFolder folder)
    {
        var (entries, refused) = Begin(folder.Path);
        using (entries)
        {
            while (refused is null && Next(entries!, folder.Path, out refused) is { } info)
            {
                if (Describe(folder, info) is { } entry)
                    yield return entry;
            }
        }

        if (refused is not null)
            yield return new LocalEntry.Fault(folder.Path, refused);
    }

    private static (IEnumerator<FileSystemInfo>? Entries, RescaleException? Refused) Begin(string path)
    {
        try
        {
            return (new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything).GetEnumerator(), null);
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, path) is { } failure)
        {
            return (null, failure);
        }
    }

    private static FileSystemInfo? Next(IEnumerator<FileSystemInfo> entries, string path, out RescaleException? refused)
    {
        refused = null;
        try
        {
            return entries.MoveNext() ? entries.Current : null;
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, path) is { } failure)
        {
            refused = failure;
            return null;
        }
    }

    /// <returns>Null for what does not take part.</returns>
    private LocalEntry? Describe(LocalFolder folder, FileSystemInfo info)
    {
        var relativePath = folder.PathOf(info.Name);
        try
        {
            if (!includeHidden && IsHidden(info))
                return null;
            var isLink = info.LinkTarget is not null;
            var target = isLink && links == SymbolicLinkPolicy.Follow ? info.ResolveLinkTarget(returnFinalTarget: true)! : info;
            var isFolder = info is DirectoryInfo || target is DirectoryInfo;
            var verdict = filter.Judge(relativePath, isFolder, folder.Verdict);
            if (verdict == TreeVerdict.LeftOut)
                return null;
            if (NameFault(info) is { } fault)
                return new LocalEntry.Fault(info.FullName, SafeFileName.Unsafe(info.Name, fault));
            if (isLink && links != SymbolicLinkPolicy.Follow)
                return Refuse(info.FullName);
            if (isFolder)
                return Enter(folder, info, relativePath, isLink, verdict);
            return target is FileInfo { Exists: true } file
                ? new LocalEntry.FileFound(folder, info.Name, info.FullName, file.Length)
                : new LocalEntry.Fault(info.FullName, LocalFileErrors.SourceNotFound(info.FullName));
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, info.FullName) is { } failure)
        {
            return new LocalEntry.Fault(info.FullName, failure);
        }
    }

    private static LocalEntry Enter(LocalFolder folder, FileSystemInfo info, string relativePath, bool isLink, TreeVerdict verdict)
    {
        var realPath = isLink ? RealPath.Of(info.FullName) : Path.Combine(folder.RealPath, info.Name);
        var inner = new LocalFolder(folder, info.Name, relativePath, info.FullName, realPath, isLink || folder.ThroughLink, verdict);
        // Only a link can lead to a folder that holds this one; beneath a link the way back may be an ordinary folder.
        return inner.ThroughLink && HoldsAny(realPath, folder)
            ? new LocalEntry.LeftOut($"'{info.FullName}' leads to '{realPath}', a folder above it, and is not entered.", IsWarning: true)
            : new LocalEntry.FolderFound(inner);
    }

    private static bool HoldsAny(string realPath, LocalFolder? folder)
    {
        var beneath = Path.EndsInDirectorySeparator(realPath) ? realPath : realPath + Path.DirectorySeparatorChar;
        for (; folder is not null; folder = folder.Parent)
        {
            if (folder.RealPath.Equals(realPath, LocalNames.Comparison) || folder.RealPath.StartsWith(beneath, LocalNames.Comparison))
                return true;
        }

        return false;
    }

    private LocalEntry Refuse(string path) => links == SymbolicLinkPolicy.Skip
        ? new LocalEntry.LeftOut($"'{path}' is a symbolic link and is left out.", IsWarning: false)
        : new LocalEntry.Fault(path, new RescaleException(
            ErrorIds.SymbolicLinkRefused, ErrorKind.InvalidInput, $"'{path}' is a symbolic link.", "Allow links with -SymbolicLink Follow, or leave them out with Skip."));

    /// <summary>By name on every system (interop files 10), on Windows by attribute, too.</summary>
    private static bool IsHidden(FileSystemInfo info)
        => info.Name.StartsWith('.') || (OperatingSystem.IsWindows() && info.Attributes.HasFlag(FileAttributes.Hidden));

    /// <summary>What a download would refuse on this system is not sent from it. What other systems refuse is.</summary>
    private static string? NameFault(FileSystemInfo info)
        => SafeFileName.Fault(info.Name, OperatingSystem.IsWindows()) ?? (IsUnicode(info.Name) && !IsReplaced(info) ? null : "it is not valid Unicode");

    /// <summary>Whether .NET put U+FFFD for bytes that are not UTF-8: such a name is listed, but leads to nothing.</summary>
    private static bool IsReplaced(FileSystemInfo info)
        => info.Name.Contains('\uFFFD', StringComparison.Ordinal) && info.LinkTarget is null && !Path.Exists(info.FullName);

    private static bool IsUnicode(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i]))
                continue;
            if (i + 1 >= name.Length || !char.IsSurrogatePair(name[i], name[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
