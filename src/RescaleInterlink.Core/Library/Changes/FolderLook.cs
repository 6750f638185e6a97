using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Changes;

/// <summary>Which of several items lie in one folder.</summary>
internal sealed class FolderLook(FoldersClient client)
{
    /// <summary>Entries that are looked at: five of the largest pages. Beyond that halving is no dearer.</summary>
    public const int Most = 5 * FoldersClient.LargestPage;

    /// <returns>Those that are there. All of them, when the folder cannot be read or is too large to be looked through: then nothing is known.</returns>
    /// <exception cref="RescaleException">A failure that every further call would meet, too.</exception>
    public async Task<IReadOnlyCollection<LibraryItem>> FindAsync(string folderId, IReadOnlyCollection<LibraryItem> items, CancellationToken cancellationToken)
    {
        var sought = items.ToDictionary(static item => (item.Id, item.IsFolder));
        var there = new HashSet<LibraryItem>();
        var looked = 0;
        try
        {
            await foreach (var entry in client.ListContentsAsync(folderId, cancellationToken).ConfigureAwait(false))
            {
                if (!entry.Item.IsDeleted && sought.Remove((entry.Item.Id, entry.IsFolder), out var item))
                    there.Add(item);
                if (sought.Count == 0)
                    break;
                if (++looked == Most)
                    return items;
            }
        }
        catch (RescaleException e) when (!WholeFailure.EndsAll(e))
        {
            return e.StatusCode == 404 ? [] : items;
        }

        return there;
    }
}
