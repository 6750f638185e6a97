using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;

namespace RescaleInterlink.Jobs;

/// <summary>Which outputs of a job are wanted (interop files 10); the platform itself filters nothing. An exclusion wins over an inclusion.</summary>
public sealed class OutputFilter
{
    private readonly TreeFilter _names;
    private readonly PathGlob[] _paths;
    private readonly string[] _terms;

    /// <param name="include">What takes part, with all beneath it, as <see cref="TreeFilter"/> takes it; none: everything.</param>
    /// <param name="exclude">What does not, with all beneath it.</param>
    /// <param name="search">Terms that are all part of the name, without regard to case.</param>
    /// <param name="pathFilter">Patterns of the whole relative path, one of which it must meet; <c>**</c> is any number of folders.</param>
    /// <exception cref="RescaleException">TransferOptionInvalid: one of them is no pattern.</exception>
    public OutputFilter(IEnumerable<string>? include = null, IEnumerable<string>? exclude = null, IEnumerable<string>? search = null, IEnumerable<string>? pathFilter = null)
    {
        _names = new TreeFilter(include, exclude);
        _terms = [.. search ?? []];
        // A leading separator binds a pattern to the top, as the Go tool does with every pattern of a path.
        _paths = [.. (pathFilter ?? []).Select(static pattern => new PathGlob(pattern.Contains('/', StringComparison.Ordinal) || pattern.Contains('\\', StringComparison.Ordinal) ? pattern : $"./{pattern}"))];
    }

    public static OutputFilter Everything { get; } = new();

    /// <param name="relativePath">As the platform gives it; null or empty: the name alone.</param>
    public bool Matches(string? relativePath, string name)
    {
        var path = Normalise(string.IsNullOrEmpty(relativePath) ? name : relativePath);
        return Array.TrueForAll(_terms, term => path[(path.LastIndexOf('/') + 1)..].Contains(term, StringComparison.OrdinalIgnoreCase))
            && (_paths.Length == 0 || Array.Exists(_paths, glob => glob.Matches(path, isFolder: false)))
            && IsTaken(path);
    }

    /// <summary>The path as it is shown: names separated by <c>/</c>.</summary>
    internal static string Normalise(string path)
        => string.Join('/', path.Replace('\\', '/').Split('/').Where(static name => name is not ("" or ".")));

    /// <summary>Judges the folders that it lies in first, as in a folder that is walked.</summary>
    private bool IsTaken(string path)
    {
        var verdict = _names.Top;
        for (var end = path.IndexOf('/'); end >= 0 && verdict != TreeVerdict.LeftOut; end = path.IndexOf('/', end + 1))
            verdict = _names.Judge(path[..end], isFolder: true, verdict);
        return verdict != TreeVerdict.LeftOut && _names.Judge(path, isFolder: false, verdict) == TreeVerdict.Taken;
    }
}
