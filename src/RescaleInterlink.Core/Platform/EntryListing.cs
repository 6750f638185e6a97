using System.Runtime.CompilerServices;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>Listings of what lies in a folder or in the Trash: one shape for both (interop API 5.1).</summary>
internal static class EntryListing
{
    public static async IAsyncEnumerable<FolderEntry> ReadAsync(ApiChannel channel, ApiCall call, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A folder's files mostly lie on one storage; sharing its description keeps a listing of 100,000 small.
        StorageDescription? storage = null;
        await foreach (var entry in channel.ListAsync(call, pageSize, PlatformJson.Default.PageDtoFolderEntryDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Type is not ("file" or "folder" or "filesymlink") || entry.Item?.ToRecord() is not { } item)
                continue;
            if (item.Storage is not null && item.Storage == storage)
                item = item with { Storage = storage };
            storage = item.Storage ?? storage;
            yield return new FolderEntry(entry.Type, item);
        }
    }
}
