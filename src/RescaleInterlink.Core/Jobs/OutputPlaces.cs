using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;

namespace RescaleInterlink.Jobs;

/// <summary>The local folders of one job's outputs. Each is made when the first file goes into it.</summary>
/// <param name="top">Full path of the job's folder.</param>
/// <param name="names">All outputs, whether they are wanted or not.</param>
/// <param name="permit">Asked before a folder is made.</param>
internal sealed class OutputPlaces(string top, IReadOnlyList<LocalName> names, Func<string, Task<ChangePermission>> permit)
{
    private readonly Dictionary<string, LocalPlace> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _names = Group(top, names);

    /// <summary>Local names of the outputs, and of the folders of outputs, in a folder.</summary>
    public IReadOnlySet<string> NamesIn(string folder) => _names[folder];

    /// <param name="folder">Full path of <c>top</c> or of a folder beneath it.</param>
    /// <returns>Whether files may go into it, and what is new about it and those above it.</returns>
    /// <exception cref="RescaleException">DestinationExists, DestinationUnwritable, DestinationInvalid.</exception>
    public async Task<(ChangePermission Permission, IReadOnlyList<FolderStep> Made)> EnsureAsync(string folder)
    {
        if (_places.TryGetValue(folder, out var known))
            return (await known.EnsureAsync().ConfigureAwait(false), []);
        List<FolderStep> made = [];
        LocalPlace? above = null;
        if (folder.Length > top.Length)
        {
            var parent = Path.GetDirectoryName(folder)!;
            made.AddRange((await EnsureAsync(parent).ConfigureAwait(false)).Made);
            above = _places[parent];
        }

        if (File.Exists(folder))
            throw LocalPlace.InTheWay(folder);
        var place = new LocalPlace(above, folder, () => permit(folder));
        _places.Add(folder, place);
        var permission = await place.EnsureAsync().ConfigureAwait(false);
        if (permission != ChangePermission.Declined)
            made.Add(new FolderStep.FolderReady(Path.GetRelativePath(top, folder).Replace('\\', '/'), folder, place.IsNew));
        return (permission, made);
    }

    private static Dictionary<string, HashSet<string>> Group(string top, IReadOnlyList<LocalName> names)
    {
        // Of two names that differ in case only, neither is free where case does not count; where it does, a number more does no harm.
        var grouped = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            for (var path = name.Path; path is not null && path.Length > top.Length; path = Path.GetDirectoryName(path))
            {
                var folder = Path.GetDirectoryName(path)!;
                if (!grouped.TryGetValue(folder, out var inside))
                    grouped.Add(folder, inside = new HashSet<string>(StringComparer.OrdinalIgnoreCase));
                if (!inside.Add(Path.GetFileName(path)))
                    break;
            }
        }

        return grouped;
    }
}
