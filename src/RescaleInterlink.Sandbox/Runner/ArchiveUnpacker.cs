using System.Formats.Tar;
using System.IO.Compression;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Unpacks .tar, .tar.gz, .tgz and .zip into the work folder, entry by entry and never out of it.</summary>
internal static class ArchiveUnpacker
{
    public static bool IsArchive(string name)
        => name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) || IsGzip(name) || name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <param name="name">The archive's name; its end tells what it is.</param>
    /// <param name="archive">Read forward to its end.</param>
    /// <param name="folder">Where its entries go.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RunFailure">It is damaged, or an entry leads out of the work folder.</exception>
    public static async Task UnpackAsync(string name, Stream archive, WorkFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                await UnpackZipAsync(archive, folder, cancellationToken);
            }
            else if (IsGzip(name))
            {
                await using var plain = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
                await UnpackTarAsync(plain, folder, cancellationToken);
            }
            else
            {
                await UnpackTarAsync(archive, folder, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException)
        {
            throw new RunFailure($"the archive is damaged: {failure.Message}", failure);
        }

        // Padding behind the last entry has to be read too: the hash is over all of it.
        await archive.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static bool IsGzip(string name) => name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private static async Task UnpackTarAsync(Stream archive, WorkFolder folder, CancellationToken cancellationToken)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        List<(string Path, UnixFileMode Mode)> folders = [];
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType is TarEntryType.ExtendedAttributes or TarEntryType.GlobalExtendedAttributes || entry.Name.TrimEnd('/') is "" or ".")
                continue;
            string path = Place(folder, entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    Directory.CreateDirectory(path);
                    // The mode of a link is that of its target.
                    if (new DirectoryInfo(path).LinkTarget is null)
                        folders.Add((path, entry.Mode));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    await entry.ExtractToFileAsync(path, overwrite: true, cancellationToken);
                    break;
                case TarEntryType.SymbolicLink:
                    CheckTarget(folder, path, entry.LinkName);
                    File.Delete(path);
                    File.CreateSymbolicLink(path, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    string first = folder.Resolve(entry.LinkName);
                    if (first != path)
                    {
                        // A copy would write through a link of that name.
                        File.Delete(path);
                        File.Copy(first, path);
                    }

                    break;
                default:
                    throw new RunFailure($"the archive's entry '{entry.Name}' is of a kind that a job cannot take ({entry.EntryType})");
            }
        }

        // Last, because a folder may be read-only.
        if (!OperatingSystem.IsWindows())
        {
            foreach (var (path, mode) in folders)
                File.SetUnixFileMode(path, mode | UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>A zip's index is at its end, so its bytes go beside the work folder first.</summary>
    private static async Task UnpackZipAsync(Stream archive, WorkFolder folder, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            Path.Combine(folder.Root, "archive.zip"), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await archive.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        await using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            string path = Place(folder, entry.FullName);
            if (entry.FullName.EndsWith('/'))
                Directory.CreateDirectory(path);
            else
                await entry.ExtractToFileAsync(path, overwrite: true, cancellationToken);
        }
    }

    /// <summary>
    /// A link that stays inside is kept. Its steps upwards come first, counted from the folder it lies in, which is none that a link
    /// leads to: behind a name that may itself be a link, a step upwards would lead no one knows where.
    /// </summary>
    private static void CheckTarget(WorkFolder folder, string path, string target)
    {
        string[] steps = target.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (steps.SkipWhile(step => step is "." or "..").Contains(".."))
            throw new RunFailure($"the archive's link '{Path.GetRelativePath(folder.Work, path)}' leads upwards from within");
        string full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target));
        if (Path.TrimEndingDirectorySeparator(full) != folder.Work)
            folder.Resolve(full);
    }

    /// <summary>The entry's place, with its parents made. No parent may be a link, for that would lead out by a detour.</summary>
    private static string Place(WorkFolder folder, string name)
    {
        string path = folder.Resolve(name.TrimEnd('/'));
        string parent = Path.GetDirectoryName(path)!;
        for (string above = parent; above.Length > folder.Work.Length; above = Path.GetDirectoryName(above)!)
        {
            if (new DirectoryInfo(above).LinkTarget is not null)
                throw new RunFailure($"the archive's entry '{name}' lies behind a link");
        }

        Directory.CreateDirectory(parent);
        return path;
    }
}
