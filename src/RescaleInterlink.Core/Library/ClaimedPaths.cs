namespace RescaleInterlink.Library;

/// <summary>Local paths that one command writes to: two of its files must not become the same one. Thread-safe.</summary>
public sealed class ClaimedPaths
{
    private readonly Func<string, bool> _ignoresCase;
    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inAnyCase = new(StringComparer.OrdinalIgnoreCase);

    public ClaimedPaths()
        : this(static folder => LetterCase.ComparisonIn(folder) == StringComparison.OrdinalIgnoreCase)
    {
    }

    /// <param name="ignoresCase">Whether a folder does not tell upper from lower case.</param>
    internal ClaimedPaths(Func<string, bool> ignoresCase) => _ignoresCase = ignoresCase;

    /// <param name="path">Full path.</param>
    /// <returns>False when it is taken: on a disk that ignores case, in any case.</returns>
    public bool TryClaim(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_claimed)
        {
            if (_claimed.Contains(path))
                return false;
            // The disk is asked only when there is something to be mixed up.
            if (!_inAnyCase.Add(path) && _ignoresCase(Path.GetDirectoryName(path) ?? path))
                return false;
            return _claimed.Add(path);
        }
    }
}
