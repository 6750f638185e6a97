using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>The folders that lie in one folder, by name. The platform lets several have one name.</summary>
internal sealed class FolderLevel
{
    private readonly Dictionary<string, List<string>> _byName = new(StringComparer.OrdinalIgnoreCase);

    private FolderLevel(string parentId, long readAt) => (ParentId, ReadAt) = (parentId, readAt);

    public string ParentId { get; }
    public long ReadAt { get; }

    /// <summary>Names with their ids, in the platform's order.</summary>
    public List<(string Name, string Id)> Folders { get; } = [];

    public static async Task<FolderLevel> ReadAsync(FoldersClient client, string parentId, TimeProvider time, CancellationToken cancellationToken)
    {
        var level = new FolderLevel(parentId, time.GetTimestamp());
        await foreach (var entry in client.ListContentsAsync(parentId, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFolder && !entry.Item.IsDeleted)
                level.Add(entry.Item.Name, entry.Item.Id);
        }

        return level;
    }

    /// <summary>The same with one more.</summary>
    public FolderLevel With(string name, string id)
    {
        var level = new FolderLevel(ParentId, ReadAt);
        foreach (var folder in Folders)
            level.Add(folder.Name, folder.Id);
        level.Add(name, id);
        return level;
    }

    /// <summary>Whether there is a folder of exactly this name.</summary>
    public bool Has(string name) => Near(name).Exists(folder => folder.Name == name);

    /// <summary>Those whose names differ from this one in case at most.</summary>
    public List<(string Name, string Id)> Near(string name)
        => _byName.TryGetValue(name, out var near) ? [.. Folders.Where(folder => near.Contains(folder.Id) && StringComparer.OrdinalIgnoreCase.Equals(folder.Name, name))] : [];

    /// <summary>The folder of exactly this name, else the only one whose name differs in case alone.</summary>
    /// <param name="isExact">Case counts in any event.</param>
    /// <exception cref="RescaleException">FolderAmbiguous.</exception>
    public FolderPlace? Find(string name, string parentPath, bool isExact)
    {
        var near = Near(name);
        var fits = near.FindAll(folder => folder.Name == name);
        if (fits.Count == 0 && !isExact)
            fits = near;
        if (fits.Count == 0)
            return null;
        if (fits.Count > 1)
        {
            throw new RescaleException(
                ErrorIds.FolderAmbiguous, ErrorKind.InvalidInput,
                $"'{parentPath}' has {fits.Count} folders that fit the name '{name}': {string.Join(", ", fits.Take(10).Select(static fit => $"'{fit.Name}' ({fit.Id})"))}{(fits.Count > 10 ? ", ..." : "")}.",
                "Give the id of the one that is meant.");
        }

        return new FolderPlace(fits[0].Id, ParentId, FolderPath.Join(parentPath, fits[0].Name, fits[0].Id), fits[0].Name);
    }

    private void Add(string name, string id)
    {
        Folders.Add((name, id));
        if (!_byName.TryGetValue(name, out var ids))
            _byName.Add(name, ids = []);
        ids.Add(id);
    }
}
