using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Following;

/// <summary>Local paths of outputs that become known one after the other. A file keeps the path it was given, whatever comes later; a newer
/// version of a file, under another id, takes the path over. One at a time.</summary>
/// <param name="root">Full path.</param>
internal sealed class WatchedNames(string root)
{
    private readonly Dictionary<string, string> _pathOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ownerOf = new(StringComparer.Ordinal);

    /// <param name="files">All that are listed now.</param>
    public IReadOnlyList<LocalName> Assign(IReadOnlyList<PlatformFile> files)
    {
        var listed = files.Select(static file => file.Id).ToHashSet(StringComparer.Ordinal);
        return [.. LocalNames.Assign(root, files).Select(name => name.Path is null ? name : name with { Path = Keep(name.File, name.Path, listed) })];
    }

    private string Keep(PlatformFile file, string path, HashSet<string> listed)
    {
        if (_pathOf.TryGetValue(file.Id, out var kept))
            return kept;
        var place = path;
        // Somebody else has it still, though this listing would have given it to nobody but this one.
        for (var n = 1; _ownerOf.TryGetValue(place, out var owner) && listed.Contains(owner); n++)
            place = LocalNames.WithId(path, n == 1 ? file.Id : $"{file.Id}_{n}");
        _ownerOf[place] = file.Id;
        return _pathOf[file.Id] = place;
    }
}
