using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>Where one file of several goes, or why it cannot go anywhere.</summary>
/// <param name="Path">Full path; null exactly when there is an error.</param>
public sealed record LocalName(PlatformFile File, string? Path, RescaleException? Error);

/// <summary>Local paths for many files at once, so that no two share one (interop files 10).</summary>
public static class LocalNames
{
    internal static StringComparison Comparison { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>
    /// The relative path inside <paramref name="root"/>, else the name alone. Where files would share a path, every one
    /// of them becomes <c>name_{fileId}.ext</c>; a file whose name is another's folder becomes <c>name.file</c>.
    /// </summary>
    public static IReadOnlyList<LocalName> Assign(string root, IReadOnlyList<PlatformFile> files) => Assign(root, files, LetterCase.ComparisonIn);

    /// <param name="comparisonIn">How names are compared in a folder; asked only when it matters.</param>
    internal static IReadOnlyList<LocalName> Assign(string root, IReadOnlyList<PlatformFile> files, Func<string, StringComparison> comparisonIn)
    {
        ArgumentNullException.ThrowIfNull(files);
        var wanted = files.Select(file => Want(root, file)).ToArray();
        var paths = wanted.Where(static w => w.Path is not null).SelectMany(w => Parents(w.Path, root).Prepend(w.Path!));
        var comparer = StringComparer.FromComparison(LetterCase.HasTwins(paths) ? comparisonIn(root) : Comparison);
        var count = wanted.Where(static w => w.Path is not null).GroupBy(static w => w.Path!, comparer).ToDictionary(static g => g.Key, static g => g.Count(), comparer);
        var folders = new HashSet<string>(wanted.SelectMany(w => Parents(w.Path, root)), comparer);
        var taken = new HashSet<string>(count.Where(static c => c.Value == 1).Select(static c => c.Key), comparer);
        return [.. wanted.Select(w => w.Path is null ? w : w with { Path = Place(w.File, w.Path, count[w.Path] > 1, folders, taken) })];
    }

    /// <summary>Another name beside it: <c>name (2).ext</c> for the second.</summary>
    /// <param name="number">2 or more.</param>
    public static string Beside(string path, int number)
        => Path.Combine(Path.GetDirectoryName(path)!, Folders.NumberedName.OfFile(Path.GetFileName(path), number));

    private static LocalName Want(string root, PlatformFile file)
    {
        try
        {
            return new LocalName(file, SafeFileName.Resolve(root, file.RelativePath, file.Name), null);
        }
        catch (RescaleException e)
        {
            return new LocalName(file, null, e);
        }
    }

    private static string Place(PlatformFile file, string path, bool shared, HashSet<string> folders, HashSet<string> taken)
    {
        if (!shared && !folders.Contains(path))
            return path;
        var first = shared ? WithId(path, file.Id) : path + ".file";
        var place = first;
        // Another file may really be called so.
        for (var n = 2; folders.Contains(place) || !taken.Add(place); n++)
            place = WithId(first, n.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return place;
    }

    internal static string WithId(string path, string id)
    {
        var safeId = SafeId(id);
        var name = Path.GetFileName(path);
        // The last extension; a name that begins with its only dot has none.
        var dot = name.LastIndexOf('.');
        var changed = dot > 0 ? $"{name[..dot]}_{safeId}{name[dot..]}" : $"{name}_{safeId}";
        return Path.Combine(Path.GetDirectoryName(path)!, changed);
    }

    /// <summary>An id as a part of a name: servers choose it, too.</summary>
    internal static string SafeId(string id) => new(id.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_').ToArray());

    private static IEnumerable<string> Parents(string? path, string root)
    {
        var top = Path.GetFullPath(root).Length;
        for (var folder = Path.GetDirectoryName(path); folder is not null && folder.Length > top; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }
}
