using RescaleInterlink.Library;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Library.Changes;

/// <summary>What the tests of changes share.</summary>
internal static class Changing
{
    /// <summary>Changes through a client whose user has the roots L (My Library) and J (My Jobs).</summary>
    public static LibraryChanges Of(RescaleClient client)
        => new(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));

    public static Task<Dictionary<string, string?>> TrashAsync(RescaleSession session, params LibraryItem[] items)
        => CollectAsync(session.Library.Changes.TrashAsync(items, default));

    /// <summary>Error ids by item; each item once.</summary>
    public static async Task<Dictionary<string, string?>> CollectAsync(IAsyncEnumerable<SettledItem> settled)
    {
        var all = new Dictionary<string, string?>();
        await foreach (var one in settled)
            all.Add(one.Item.Id, one.Error?.ErrorId);
        return all;
    }
}
