using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Changes;

/// <summary>Where an item really is.</summary>
/// <param name="ParentId">The folder that holds it; null when it is in the Trash or nowhere.</param>
internal sealed record ItemPlace(string? ParentId, bool IsInTrash, RescaleException? Error)
{
    public static ItemPlace InTrash { get; } = new(null, true, null);
}

/// <summary>
/// Finds the folders that hold items known by their id alone. The platform answers that for files at best (and need not); for all others
/// My Library, then My Jobs are walked through once, until the last of them is found (interop API 5: there is no folder by id).
/// </summary>
internal sealed class ItemPlaces(RescaleClient client, FolderPaths paths)
{
    public async Task<IReadOnlyDictionary<LibraryItem, ItemPlace>> FindAsync(IReadOnlyCollection<LibraryItem> items, CancellationToken cancellationToken)
    {
        var found = new Dictionary<LibraryItem, ItemPlace>();
        await AskAsync(items.Where(static item => !item.IsFolder), found, cancellationToken).ConfigureAwait(false);
        var sought = items.Where(item => !found.ContainsKey(item)).ToList();
        if (sought.Count == 0)
            return found;
        var failure = await WalkAsync(sought, found, cancellationToken).ConfigureAwait(false);
        var trashed = sought.Exists(item => item.IsFolder && !found.ContainsKey(item)) ? await TrashedFoldersAsync(cancellationToken).ConfigureAwait(false) : [];
        foreach (var item in sought.Where(item => !found.ContainsKey(item)))
            found[item] = trashed.Contains(item.Id) ? ItemPlace.InTrash : new ItemPlace(null, false, failure ?? item.NotFound());
        return found;
    }

    /// <summary>Asks for the record of each file, as long as records tell the folder.</summary>
    private async Task AskAsync(IEnumerable<LibraryItem> files, Dictionary<LibraryItem, ItemPlace> found, CancellationToken cancellationToken)
    {
        foreach (var item in files)
        {
            PlatformFile record;
            try
            {
                record = await client.Files.GetAsync(item.Id, cancellationToken).ConfigureAwait(false);
            }
            catch (RescaleException e) when (!WholeFailure.EndsAll(e))
            {
                found[item] = new ItemPlace(null, false, e);
                continue;
            }

            if (record.IsDeleted)
                found[item] = ItemPlace.InTrash;
            else if (record.FolderId is null)
                return;
            // A folder that the platform has just refused is not believed twice.
            else if (record.FolderId != item.ParentId)
                found[item] = new ItemPlace(record.FolderId, false, null);
        }
    }

    /// <returns>The first folder that could not be looked into, so that nothing surely is nowhere.</returns>
    private async Task<RescaleException?> WalkAsync(List<LibraryItem> sought, Dictionary<LibraryItem, ItemPlace> found, CancellationToken cancellationToken)
    {
        var byId = sought.ToDictionary(static item => (item.Id, item.IsFolder));
        var failures = new List<RescaleException>();
        await foreach (var met in WholeLibrary.WalkAsync(client.Folders, paths, failures, cancellationToken).ConfigureAwait(false))
        {
            if (!byId.Remove((met.Entry.Item.Id, met.IsFolder), out var item))
                continue;
            found[item] = new ItemPlace(met.ParentId, false, null);
            if (byId.Count == 0)
                return null;
        }

        return failures.FirstOrDefault();
    }

    private async Task<HashSet<string>> TrashedFoldersAsync(CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in client.Trash.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFolder)
                ids.Add(entry.Item.Id);
        }

        return ids;
    }
}
