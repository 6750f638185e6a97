using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>Which files of a listing are wanted; the platform itself filters nothing (interop features 3).</summary>
public sealed class FileFilter
{
    private readonly TreeFilter _names;
    private readonly string[] _terms;
    private readonly DateTimeOffset? _newerThan;
    private readonly DateTimeOffset? _olderThan;

    /// <param name="include">Patterns of names, as <see cref="TreeFilter"/> takes them; none: all.</param>
    /// <param name="exclude">They win over those that include.</param>
    /// <param name="search">Terms that are all part of the name, without regard to case.</param>
    /// <param name="newerThan">Uploaded later than this. A file without a date counts as new.</param>
    /// <param name="olderThan">Uploaded earlier than this.</param>
    /// <exception cref="RescaleException">TransferOptionInvalid: one of them is no pattern.</exception>
    public FileFilter(IEnumerable<string>? include, IEnumerable<string>? exclude, IEnumerable<string>? search, DateTimeOffset? newerThan, DateTimeOffset? olderThan)
    {
        _names = new TreeFilter(include, exclude);
        _terms = [.. search ?? []];
        (_newerThan, _olderThan) = (newerThan, olderThan);
        LetsAllThrough = include is null && exclude is null && _terms.Length == 0 && newerThan is null && olderThan is null;
    }

    public bool LetsAllThrough { get; }

    public bool Matches(PlatformFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return !IsTooOld(file)
            && !(_olderThan is { } limit && !(file.DateUploaded < limit))
            && Array.TrueForAll(_terms, term => file.Name.Contains(term, StringComparison.OrdinalIgnoreCase))
            && _names.Judge(file.Name, isFolder: false, _names.Top) == TreeVerdict.Taken;
    }

    /// <summary>In a listing that has the newest first, many of these in a row are its end.</summary>
    public bool IsTooOld(PlatformFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _newerThan is { } limit && file.DateUploaded <= limit;
    }
}
