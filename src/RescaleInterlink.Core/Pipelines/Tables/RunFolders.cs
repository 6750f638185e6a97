using System.Globalization;
using System.IO.Enumeration;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines.Tables;

/// <summary>Finds the folders of runs.</summary>
public static class RunFolders
{
    /// <param name="notice">Told of part directories that are left out, and of folders that cannot be looked into.</param>
    /// <exception cref="RescaleException">SourceNotFound when no folder is taken or the root is not there; JobTableInvalid when a pattern
    /// is none; JobSpecInvalid when the sub-path leaves the root.</exception>
    public static IReadOnlyList<RunFolder> Find(RunFolderQuery query, Action<string> notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(notice);
        var pattern = new PathPattern(query.Pattern);
        var validation = string.IsNullOrEmpty(query.ValidationPattern) ? null : new NamePattern(query.ValidationPattern);
        var found = new List<(string Path, string Part)>();
        foreach (var (root, part) in Roots(query, pattern.Top, notice))
        {
            foreach (var (path, above) in pattern.Expand(root, IsRunFolder, notice, cancellationToken))
                found.Add((path, string.Join('_', new[] { part }.Concat(above).Where(static name => name.Length > 0))));
        }

        var order = query.NaturalOrder ? (IComparer<string>)NaturalOrder.Instance : StringComparer.Ordinal;
        var taken = found
            .Where(folder => validation is null || Holds(folder.Path, validation, cancellationToken))
            .DistinctBy(static folder => folder.Path)
            .OrderBy(static folder => folder.Path, order)
            .Select((folder, i) => new RunFolder(folder.Path, NumberOf(folder.Path) ?? ((long)query.StartIndex + i).ToString(CultureInfo.InvariantCulture), folder.Part))
            .ToList();
        return taken.Count > 0 ? taken : throw None(query, found.Count);
    }

    /// <summary>The first run of digits in the folder's name, without leading zeros.</summary>
    private static string? NumberOf(string path)
    {
        var name = Path.GetFileName(path);
        var start = name.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0)
            return null;
        var end = start;
        while (end < name.Length && char.IsAsciiDigit(name[end]))
            end++;
        var digits = name[start..end].TrimStart('0');
        return digits.Length > 0 ? digits : "0";
    }

    private static IEnumerable<(string Root, string Part)> Roots(RunFolderQuery query, string? top, Action<string> notice)
    {
        if (query.PartDirectories.Count == 0)
        {
            var start = ArchiveFolder.Resolve(top ?? query.Root, query.Subpath);
            if (!Directory.Exists(start))
                throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"The folder '{start}', in which runs are looked for, does not exist.", "Check -Path and -RunSubpath.");
            yield return (start, "");
            yield break;
        }

        if (top is not null)
            throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput, $"The pattern '{query.Pattern}' begins at the root, so it cannot be looked for in part directories.", "Give a relative pattern.");
        foreach (var part in query.PartDirectories)
        {
            var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(part));
            var start = ArchiveFolder.Resolve(directory, query.Subpath);
            if (Directory.Exists(start))
                yield return (start, Path.GetFileName(directory));
            else
                notice($"The part '{directory}' was left out: '{start}' does not exist.");
        }
    }

    /// <summary>A folder, or a link to one. Hidden ones are left out, as by the Go tool.</summary>
    private static bool IsRunFolder(string path) => !Path.GetFileName(path).StartsWith('.') && Directory.Exists(path);

    /// <summary>Whether a file of such a name lies in it at any depth. Links are not followed, but count by their own names.</summary>
    private static bool Holds(string folder, NamePattern pattern, CancellationToken cancellationToken)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
        var names = new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), options)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (pattern.Matches(name))
                return true;
        }

        return false;
    }

    private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    private static RescaleException None(RunFolderQuery query, int matching) => new(
        ErrorIds.SourceNotFound, ErrorKind.NotFound,
        matching == 0
            ? $"No folder matches '{query.Pattern}' in {string.Join(", ", (query.PartDirectories.Count > 0 ? query.PartDirectories : [query.Root]).Select(static path => $"'{path}'"))}."
            : $"None of the {matching} folders that match '{query.Pattern}' holds a file '{query.ValidationPattern}'.",
        "Check the patterns; case counts, and folders whose names begin with a dot are left out.");
}
