using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>
/// Finds folders by path or id. A level of a path costs a listing of the folder above it, which is remembered for a minute; what turns out
/// to be gone is forgotten and looked for anew. Thread-safe.
/// </summary>
public sealed class FolderPaths
{
    public const string LibraryPath = "/My Library";
    public const string JobsPath = "/My Jobs";

    /// <summary>How long a listing is believed: long enough for a command over many files, short enough for somebody at a prompt.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>Levels that are remembered, and the folders that one may have; larger ones are read again each time.</summary>
    private const int MostLevels = 64;
    private const int MostFolders = 5000;

    private readonly Dictionary<string, FolderLevel> _levels = new(StringComparer.Ordinal);
    private readonly FoldersClient _client;
    private readonly Func<CancellationToken, ValueTask<RootFolders>> _roots;
    private readonly TimeProvider _time;

    private readonly bool _isExact;

    internal FolderPaths(FoldersClient client, Func<CancellationToken, ValueTask<RootFolders>> roots, TimeProvider time)
        : this(client, roots, time, isExact: false)
    {
    }

    private FolderPaths(FoldersClient client, Func<CancellationToken, ValueTask<RootFolders>> roots, TimeProvider time, bool isExact)
        => (_client, _roots, _time, _isExact) = (client, roots, time, isExact);

    /// <summary>
    /// For a command that removes or moves: it knows nothing yet, for what another session renamed or replaced since it was remembered must not
    /// be taken for what is meant now, and it takes names only as they are written. What it reads serves that one command.
    /// </summary>
    public FolderPaths Exactly() => new(_client, _roots, _time, isExact: true);

    /// <summary>My Library and My Jobs.</summary>
    public async Task<IReadOnlyList<FolderPlace>> GetRootsAsync(CancellationToken cancellationToken)
    {
        var roots = await _roots(cancellationToken).ConfigureAwait(false);
        return
        [
            new FolderPlace(roots.MyLibrary, null, LibraryPath, LibraryPath[1..]) { IsRoot = true },
            new FolderPlace(roots.MyJobs, null, JobsPath, JobsPath[1..]) { IsRoot = true },
        ];
    }

    /// <summary>The folder that a path or an id names. That a folder named by its id exists is not asked.</summary>
    /// <param name="folder">A path begins with a slash; null or empty is the user's library.</param>
    /// <exception cref="RescaleException">FolderNotFound, FolderAmbiguous, FolderPathInvalid.</exception>
    public async Task<FolderPlace> FindAsync(string? folder, CancellationToken cancellationToken)
        => (await FindAsync(folder, isFresh: false, cancellationToken).ConfigureAwait(false)).Place;

    /// <summary>Finds a folder and uses it. When it is not there (any more), and what named it was only remembered, it is looked for once more.</summary>
    /// <exception cref="RescaleException">As <see cref="FindAsync(string?, CancellationToken)"/>, and what <paramref name="use"/> reports.</exception>
    public async Task<T> UseAsync<T>(string? folder, Func<FolderPlace, Task<T>> use, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(use);
        var (place, wasRemembered) = await FindAsync(folder, isFresh: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return await use(place).ConfigureAwait(false);
        }
        catch (RescaleException e) when (wasRemembered && e.ErrorId == ErrorIds.FolderNotFound)
        {
            Forget(place.Id);
        }

        return await use((await FindAsync(folder, isFresh: true, cancellationToken).ConfigureAwait(false)).Place).ConfigureAwait(false);
    }

    /// <summary>The same for what is streamed: only a failure before the first entry starts anew.</summary>
    /// <inheritdoc cref="UseAsync"/>
    public async IAsyncEnumerable<T> ListAsync<T>(string? folder, Func<FolderPlace, IAsyncEnumerable<T>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(list);
        IAsyncEnumerator<T>? items = null;
        try
        {
            var isMore = await UseAsync(
                folder,
                async place =>
                {
                    if (items is not null)
                        await items.DisposeAsync().ConfigureAwait(false);
                    items = list(place).GetAsyncEnumerator(cancellationToken);
                    return await items.MoveNextAsync().ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            for (; isMore; isMore = await items!.MoveNextAsync().ConfigureAwait(false))
                yield return items!.Current;
        }
        finally
        {
            if (items is not null)
                await items.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The folders in a folder, for completion.</summary>
    /// <exception cref="RescaleException">As <see cref="FindAsync(string?, CancellationToken)"/>.</exception>
    public async Task<IReadOnlyList<FolderPlace>> GetChildrenAsync(string path, CancellationToken cancellationToken)
    {
        if (FolderPath.Parse(path) is { Id.Length: 0, Names.Count: 0 })
            return await GetRootsAsync(cancellationToken).ConfigureAwait(false);
        var place = await FindAsync(path, cancellationToken).ConfigureAwait(false);
        var (level, _) = await LevelAsync(place.Id, isFresh: false, cancellationToken).ConfigureAwait(false);
        return [.. level.Folders.Select(folder => new FolderPlace(folder.Id, place.Id, FolderPath.Join(place.ToString(), folder.Name, folder.Id), folder.Name))];
    }

    /// <summary>The first folder of exactly this name in another. What is remembered is believed only when it has none.</summary>
    internal async Task<string?> FindExactlyAsync(string parentId, string name, bool isFresh, CancellationToken cancellationToken)
    {
        var (level, wasRemembered) = await LevelAsync(parentId, isFresh, cancellationToken).ConfigureAwait(false);
        var id = level.Folders.Find(folder => folder.Name == name).Id;
        return id is not null && wasRemembered ? await FindExactlyAsync(parentId, name, isFresh: true, cancellationToken).ConfigureAwait(false) : id;
    }

    /// <summary>Remembers a folder that was just made.</summary>
    internal void Remember(string parentId, string name, string id)
    {
        lock (_levels)
        {
            if (_levels.TryGetValue(parentId, out var level))
                _levels[parentId] = level.With(name, id);
        }
    }

    /// <summary>Forgets where a folder lies and what lies in it, because it was changed or is gone.</summary>
    public void Forget(string folderId)
    {
        lock (_levels)
        {
            _levels.Remove(folderId);
            foreach (var level in _levels.Values.Where(level => level.Folders.Any(folder => folder.Id == folderId)).ToList())
                _levels.Remove(level.ParentId);
        }
    }

    private async Task<(FolderPlace Place, bool WasRemembered)> FindAsync(string? folder, bool isFresh, CancellationToken cancellationToken)
    {
        var roots = await GetRootsAsync(cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrEmpty(folder))
            return (roots[0], false);
        return FolderPath.IsPath(folder)
            ? await WalkAsync(folder, roots, isFresh, cancellationToken).ConfigureAwait(false)
            : (ById(folder, roots), false);
    }

    private static FolderPlace ById(string id, IReadOnlyList<FolderPlace> roots)
        => roots.FirstOrDefault(root => root.Id == id) ?? new FolderPlace(id, null, null, null);

    /// <returns>Where a path begins, and the names that lead on.</returns>
    private static (FolderPlace Start, IEnumerable<string> Names) Begin(string path, IReadOnlyList<FolderPlace> roots)
    {
        var (id, names) = FolderPath.Parse(path);
        FolderPlace? Root(string name) => roots.FirstOrDefault(root => string.Equals(root.Name, name, StringComparison.OrdinalIgnoreCase));
        if (id.Length > 0)
            return Root(id) is null ? (ById(id, roots), names) : throw FolderPath.Invalid(path, "its first slash is missing");
        if (names.Count == 0)
            throw FolderPath.Invalid(path, "it names no folder");
        return (Root(names[0]) ?? throw FolderPath.Invalid(path, $"there is {LibraryPath} and {JobsPath}, but no '/{names[0]}'"), names.Skip(1));
    }

    private async Task<(FolderPlace Place, bool WasRemembered)> WalkAsync(string path, IReadOnlyList<FolderPlace> roots, bool isFresh, CancellationToken cancellationToken)
    {
        var wasRemembered = false;
        try
        {
            var (place, names) = Begin(path, roots);
            foreach (var name in names)
            {
                var (level, remembered) = await LevelAsync(place.Id, isFresh, cancellationToken).ConfigureAwait(false);
                wasRemembered |= remembered;
                // One that differs in case is not what was asked for, as long as nobody has looked whether that is there by now.
                if (remembered && !level.Has(name))
                    (level, _) = await LevelAsync(place.Id, isFresh: true, cancellationToken).ConfigureAwait(false);
                place = level.Find(name, place.ToString(), _isExact) ?? throw NotFound(path, place, name, level.Near(name));
            }

            return (place, wasRemembered);
        }
        catch (RescaleException e) when (wasRemembered && e.ErrorId is (ErrorIds.FolderNotFound or ErrorIds.FolderAmbiguous))
        {
            // It may have changed since it was read.
            return await WalkAsync(path, roots, isFresh: true, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(FolderLevel Level, bool WasRemembered)> LevelAsync(string parentId, bool isFresh, CancellationToken cancellationToken)
    {
        lock (_levels)
        {
            if (!isFresh && _levels.TryGetValue(parentId, out var known) && _time.GetElapsedTime(known.ReadAt) < Lifetime)
                return (known, true);
        }

        var level = await FolderLevel.ReadAsync(_client, parentId, _time, cancellationToken).ConfigureAwait(false);
        lock (_levels)
        {
            _levels.Remove(parentId);
            if (level.Folders.Count <= MostFolders)
            {
                if (_levels.Count >= MostLevels)
                    _levels.Remove(_levels.Values.MinBy(static other => other.ReadAt)!.ParentId);
                _levels.Add(parentId, level);
            }
        }

        return (level, false);
    }

    /// <param name="near">Folders whose names differ in case; not empty only where case counts.</param>
    private static RescaleException NotFound(string path, FolderPlace above, string name, List<(string Name, string Id)> near) => new(
        ErrorIds.FolderNotFound, ErrorKind.NotFound,
        $"There is no folder '{path}': '{above}' has no folder '{name}'{(near.Count == 0 ? "" : $", but {string.Join(", ", near.Take(10).Select(static one => $"'{one.Name}' ({one.Id})"))}")}.",
        near.Count == 0
            ? "Look with Get-RescaleFolderItem -Directory, or make it with New-RescaleFolder."
            : "Case counts where something is removed or moved: write the name as it is, or give the id.");
}
