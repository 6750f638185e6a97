using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines.Tables;

/// <summary>A pattern of paths: names, each of which may be a <see cref="NamePattern"/>, separated by <c>/</c>, on Windows also by <c>\</c>.
/// There is no <c>**</c>, as in Go.</summary>
internal sealed class PathPattern
{
    private static readonly char[] Separators = OperatingSystem.IsWindows() ? ['/', '\\'] : ['/'];

    private readonly List<(string Name, NamePattern? Pattern)> _names;

    /// <exception cref="RescaleException">JobTableInvalid.</exception>
    public PathPattern(string text)
    {
        var path = text.Trim();
        Top = Path.IsPathFullyQualified(path) ? Path.GetPathRoot(path) : null;
        _names = [.. path[(Top?.Length ?? 0)..].Split(Separators, StringSplitOptions.RemoveEmptyEntries)
            .Where(static name => name != ".")
            .Select(static name => (name, NamePattern.IsPattern(name) ? new NamePattern(name) : null))];
        if (_names.Count == 0)
            throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput, $"'{text}' is no pattern.", "Give a pattern such as Run_* or *.inp.");
    }

    /// <summary>The root of an absolute pattern; null for one that starts at a folder.</summary>
    public string? Top { get; }

    /// <summary>What is there and matches, each with the names that patterns above it have matched.</summary>
    /// <param name="exists">Whether a path that matches to its end is of the wanted kind.</param>
    /// <param name="notice">Told of folders that cannot be looked into.</param>
    public IEnumerable<(string Path, string[] Above)> Expand(string folder, Func<string, bool> exists, Action<string> notice, CancellationToken cancellationToken)
    {
        IEnumerable<(string Path, string[] Above)> found = [(folder, [])];
        for (var i = 0; i < _names.Count; i++)
        {
            var ((name, pattern), last) = (_names[i], i == _names.Count - 1);
            found = pattern is null
                ? found.Select(entry => entry with { Path = Path.GetFullPath(Path.Combine(entry.Path, name)) })
                : found.SelectMany(entry => Matching(entry.Path, pattern, notice, cancellationToken)
                    .Select(path => (path, last ? entry.Above : [.. entry.Above, Path.GetFileName(path)])));
            found = found.Where(entry => last ? exists(entry.Path) : Directory.Exists(entry.Path));
        }

        return found;
    }

    private static List<string> Matching(string folder, NamePattern pattern, Action<string> notice, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (pattern.Matches(Path.GetFileName(path)))
                    found.Add(path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            notice($"'{folder}' cannot be looked into: {failure.Message}");
        }

        return found;
    }
}
