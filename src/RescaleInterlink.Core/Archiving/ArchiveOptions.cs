using RescaleInterlink.Errors;

namespace RescaleInterlink.Archiving;

/// <summary>What an archive of a folder is packed with.</summary>
public enum TarCompression
{
    /// <summary>The archive's length and any range of it are known before it is made, so that an upload of it is continued at no cost.</summary>
    None,

    /// <summary>Made from front to back while it is read: an upload of it that was interrupted is continued by making it again.</summary>
    Gzip,
}

/// <summary>What of a folder an archive holds, and how (interop files 8).</summary>
public sealed record ArchiveOptions
{
    public static ArchiveOptions Everything { get; } = new();

    /// <summary>Patterns of names, as <see cref="NamePattern"/> reads them: only files and links with such a name are taken; none: all.
    /// Directories are kept, whatever their name.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Files and links with such a name are left out. Not together with <see cref="Include"/>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Names only, without any directory; two files of the same name are an error.</summary>
    public bool Flatten { get; init; }

    public TarCompression Compression { get; init; }

    public bool IsGzip => Compression == TarCompression.Gzip;

    /// <summary>In words, empty when nothing is special: two that are equal here make the same bytes of the same tree.</summary>
    public string Describe() => string.Join(", ", new[]
    {
        Quote("only", Include), Quote("without", Exclude), Flatten ? "flattened" : "", IsGzip ? "compressed" : "",
    }.Where(static text => text.Length > 0));

    private static string Quote(string word, IReadOnlyList<string> patterns) => patterns.Count == 0
        ? ""
        : $"{word} {string.Join(' ', patterns.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static text => $"'{text}'"))}";

    /// <exception cref="RescaleException">PatternInvalid: one of them is no pattern, or there are patterns of both kinds.</exception>
    public void Require() => _ = MakeFilter();

    /// <summary>Whether a file or link of this name takes part.</summary>
    /// <exception cref="RescaleException">PatternInvalid.</exception>
    internal Func<string, bool> MakeFilter()
    {
        if (Include.Count > 0 && Exclude.Count > 0)
            throw new RescaleException(ErrorIds.PatternInvalid, ErrorKind.InvalidInput,
                "An archive takes patterns of names to include, or patterns of names to exclude, not both.", "Give one kind of them.");
        NamePattern[] patterns = [.. Include.Concat(Exclude).Select(Read)];
        if (patterns.Length == 0)
            return static _ => true;
        var includes = Include.Count > 0;
        return name => Array.Exists(patterns, pattern => pattern.Matches(name)) == includes;
    }

    private static NamePattern Read(string text)
    {
        if (string.IsNullOrEmpty(text))
            throw new RescaleException(ErrorIds.PatternInvalid, ErrorKind.InvalidInput, "An empty text is no pattern of names.", "Leave it out.");
        try
        {
            return new NamePattern(text);
        }
        catch (RescaleException invalid)
        {
            throw new RescaleException(ErrorIds.PatternInvalid, ErrorKind.InvalidInput, invalid.Message, invalid.RecommendedAction, invalid);
        }
    }
}
