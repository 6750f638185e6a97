using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Changes;

/// <summary>Something in the Trash.</summary>
/// <param name="Id">Of a folder its own, of a file that of the link by which the Trash knows it (interop API 5, D5).</param>
public sealed record TrashedItem(string Id, bool IsFolder);

/// <summary>The user's Trash. Thread-safe.</summary>
public sealed class TrashBin
{
    private readonly TrashClient _client;

    internal TrashBin(TrashClient client) => _client = client;

    /// <summary>What lies in it, streamed.</summary>
    public IAsyncEnumerable<FolderEntry> ListAsync(CancellationToken cancellationToken) => _client.ListAsync(cancellationToken);

    /// <summary>Finds items by their ids in one pass over the Trash.</summary>
    /// <returns>Those that are there.</returns>
    public async Task<IReadOnlyList<FolderEntry>> FindAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var sought = ids.ToHashSet(StringComparer.Ordinal);
        var found = new List<FolderEntry>();
        if (sought.Count == 0)
            return found;
        await foreach (var entry in _client.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!sought.Remove(entry.Item.Id))
                continue;
            found.Add(entry);
            if (sought.Count == 0)
                break;
        }

        return found;
    }

    /// <summary>Puts items back where they were. The platform does all of a call or none; what it refuses is told one by one.</summary>
    /// <returns>Each item once, with null or TrashItemNotFound, ...</returns>
    public IAsyncEnumerable<(TrashedItem Item, RescaleException? Error)> RestoreAsync(IEnumerable<TrashedItem> items, CancellationToken cancellationToken)
        => RunAsync(items, some => _client.RecoverAsync(Ids(some, folders: false), Ids(some, folders: true), cancellationToken), cancellationToken);

    /// <summary>Deletes items for good.</summary>
    /// <inheritdoc cref="RestoreAsync"/>
    public IAsyncEnumerable<(TrashedItem Item, RescaleException? Error)> PurgeAsync(IEnumerable<TrashedItem> items, CancellationToken cancellationToken)
        => RunAsync(items, some => _client.PurgeAsync(Ids(some, folders: false), Ids(some, folders: true), cancellationToken), cancellationToken);

    public static RescaleException NotFound(string id, Exception? inner = null) => new(
        ErrorIds.TrashItemNotFound, ErrorKind.NotFound, $"The Trash has no item '{id}'.",
        "Look with Get-RescaleTrash. A file has another id in the Trash than outside.", inner);

    private async IAsyncEnumerable<(TrashedItem Item, RescaleException? Error)> RunAsync(
        IEnumerable<TrashedItem> items, Func<IReadOnlyList<TrashedItem>, Task> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var repeated = new HashSet<TrashedItem>();
        async Task WatchedAsync(IReadOnlyList<TrashedItem> some)
        {
            var (error, wasRepeated) = await RepetitionWatch.TryAsync(() => call(some)).ConfigureAwait(false);
            if (wasRepeated)
                repeated.UnionWith(some);
            if (error is not null)
                ExceptionDispatchInfo.Throw(error);
        }

        // A refusal does not say whether the items are there. One look at the Trash tells it for all; only among those that are there is it worth
        // searching for the ones that are refused.
        var left = items.Distinct().ToList();
        for (var isFirst = true; left.Count > 0; isFirst = false)
        {
            var refused = new List<(TrashedItem Item, RescaleException Error)>();
            Func<RescaleException, bool> halves = isFirst ? static error => AllOrNone.IsAboutItems(error) && !IsQuestionOfPlace(error) : AllOrNone.IsAboutItems;
            await foreach (var (item, error) in AllOrNone.RunAsync(left, WatchedAsync, halves, cancellationToken).ConfigureAwait(false))
            {
                if (error is not null && AllOrNone.IsAboutItems(error))
                    refused.Add((item, error));
                else
                    yield return (item, error);
            }

            var there = (await FindAsync(refused.Select(static one => one.Item.Id), cancellationToken).ConfigureAwait(false)).Select(static entry => new TrashedItem(entry.Item.Id, entry.IsFolder)).ToHashSet();
            // What is gone, and was asked for twice, has gone by the first attempt, whose answer was lost.
            foreach (var (item, error) in refused.Where(one => !there.Contains(one.Item)))
                yield return (item, repeated.Contains(item) ? null : NotFound(item.Id, error));
            left = [];
            foreach (var (item, error) in refused.Where(one => there.Contains(one.Item)))
            {
                if (isFirst && refused.Count > 1 && IsQuestionOfPlace(error))
                    left.Add(item);
                else
                    yield return (item, error);
            }
        }
    }

    private static bool IsQuestionOfPlace(RescaleException error) => error.StatusCode is 400 or 404;

    private static List<string> Ids(IEnumerable<TrashedItem> items, bool folders) => [.. items.Where(item => item.IsFolder == folders).Select(static item => item.Id)];
}
