using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Changes;

/// <summary>Moves files and folders to the Trash, deletes them for good, or moves files elsewhere. Thread-safe.</summary>
public sealed class LibraryChanges
{
    /// <summary>Calls in flight at once.</summary>
    private const int Calls = 4;

    private readonly RescaleClient _client;
    private readonly FolderPaths _paths;

    internal LibraryChanges(RescaleClient client, FolderPaths paths) => (_client, _paths) = (client, paths);

    /// <summary>
    /// Moves items to the Trash: one call for many that lie in one folder. What is in the Trash already counts as done. The platform wants the
    /// folder that really holds an item (interop API 5, D4), so one that is not where the caller believes is looked for.
    /// </summary>
    /// <returns>Each item once, as it is settled: FileNotFound, FolderNotFound, FolderProtected, ...</returns>
    public async IAsyncEnumerable<SettledItem> TrashAsync(IReadOnlyCollection<LibraryItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        var (open, refused) = await RefuseRootsAsync(items, cancellationToken).ConfigureAwait(false);
        foreach (var item in refused)
            yield return item;

        await foreach (var item in OutermostFirst.RunAsync(open, some => TrashApartAsync(some, cancellationToken), cancellationToken).ConfigureAwait(false))
            yield return item;
    }

    /// <summary>Deletes items for good, folders with all that is beneath them.</summary>
    /// <inheritdoc cref="TrashAsync"/>
    public async IAsyncEnumerable<SettledItem> DeleteAsync(IReadOnlyCollection<LibraryItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        var (open, refused) = await RefuseRootsAsync(items, cancellationToken).ConfigureAwait(false);
        foreach (var item in refused)
            yield return item;
        await foreach (var item in OutermostFirst.RunAsync(open, some => EachAsync(some, DeleteAsync, cancellationToken), cancellationToken).ConfigureAwait(false))
            yield return item;
    }

    /// <summary>Moves files into another folder.</summary>
    /// <param name="folderId">Its id; that it exists was asked before.</param>
    /// <returns>Each file once, as it is settled: FileNotFound, ...</returns>
    public IAsyncEnumerable<SettledItem> MoveAsync(IReadOnlyCollection<LibraryItem> files, string folderId, CancellationToken cancellationToken)
        => EachAsync(files, (file, token) => _client.Files.MoveAsync(file.Id, folderId, token), cancellationToken);

    /// <summary>Moves items to the Trash of which none is beneath another.</summary>
    private async IAsyncEnumerable<SettledItem> TrashApartAsync(IReadOnlyCollection<LibraryItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var unsettled = new Dictionary<LibraryItem, RescaleException?>();
        foreach (var item in items.Where(static item => item.ParentId is null))
            unsettled.Add(item, null);
        foreach (var siblings in items.Where(static item => item.ParentId is not null).GroupBy(static item => item.ParentId!, StringComparer.Ordinal))
        {
            await foreach (var (item, error) in TrashSiblingsAsync(siblings.Key, [.. siblings], cancellationToken).ConfigureAwait(false))
            {
                if (IsQuestionOfPlace(error))
                    unsettled.Add(item, error);
                else
                    yield return new SettledItem(item, error);
            }
        }

        await foreach (var item in SettleAsync(unsettled, cancellationToken).ConfigureAwait(false))
            yield return item;
    }

    /// <summary>What was not found there may be somewhere else; what is not permitted is no question of place.</summary>
    private static bool IsQuestionOfPlace(RescaleException? error) => error?.StatusCode is 400 or 404;

    /// <summary>
    /// Moves items of one folder to the Trash, as the caller says. A call that is refused says nothing about which of its items lies elsewhere, and a
    /// wrong folder is refused for all of them: a look into the folder costs less than halving, and those that are in it go together.
    /// </summary>
    private async IAsyncEnumerable<(LibraryItem Item, RescaleException? Error)> TrashSiblingsAsync(
        string parentId, List<LibraryItem> siblings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var refused = new List<(LibraryItem Item, RescaleException Error)>();
        await foreach (var (item, error) in TrashInAsync(parentId, siblings, static error => !IsQuestionOfPlace(error), cancellationToken).ConfigureAwait(false))
        {
            if (IsQuestionOfPlace(error))
                refused.Add((item, error!));
            else
                yield return (item, error);
        }

        var there = refused.Count > 1 ? await new FolderLook(_client.Folders).FindAsync(parentId, [.. refused.Select(static one => one.Item)], cancellationToken).ConfigureAwait(false) : [];
        foreach (var one in refused.Where(one => !there.Contains(one.Item)))
            yield return one;
        await foreach (var settled in TrashInAsync(parentId, there, AllOrNone.IsAboutItems, cancellationToken).ConfigureAwait(false))
            yield return settled;
    }

    private async Task DeleteAsync(LibraryItem item, CancellationToken cancellationToken)
    {
        var (error, wasRepeated) = await RepetitionWatch.TryAsync(() => item.IsFolder
            ? _client.Folders.DeleteAsync(item.Id, cancellationToken)
            : _client.Files.DeleteAsync(item.Id, cancellationToken)).ConfigureAwait(false);
        // Gone by the first attempt, whose answer was lost.
        if (error is not null && !(wasRepeated && error.StatusCode == 404))
            ExceptionDispatchInfo.Throw(error);
        if (item.IsFolder)
            _paths.Forget(item.Id);
    }

    /// <summary>Finds out where the items are, and does what is left to do.</summary>
    /// <param name="unsettled">With what the platform said when they were looked for in the wrong folder.</param>
    private async IAsyncEnumerable<SettledItem> SettleAsync(Dictionary<LibraryItem, RescaleException?> unsettled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (unsettled.Count == 0)
            yield break;
        var places = await new ItemPlaces(_client, _paths).FindAsync(unsettled.Keys, cancellationToken).ConfigureAwait(false);
        var original = new Dictionary<LibraryItem, LibraryItem>();
        foreach (var (item, refusal) in unsettled)
        {
            var place = places[item];
            if (place.IsInTrash || place.Error is not null)
                yield return new SettledItem(item, place.Error);
            else if (place.ParentId == item.ParentId)
                yield return new SettledItem(item, refusal);
            else
                original.Add(item with { ParentId = place.ParentId }, item);
        }

        foreach (var siblings in original.Keys.GroupBy(static item => item.ParentId!, StringComparer.Ordinal))
        {
            await foreach (var (item, error) in TrashInAsync(siblings.Key, siblings, AllOrNone.IsAboutItems, cancellationToken).ConfigureAwait(false))
                yield return new SettledItem(original[item], error);
        }
    }

    /// <param name="halves">Which refusals are searched for the items that cause them.</param>
    private async IAsyncEnumerable<(LibraryItem Item, RescaleException? Error)> TrashInAsync(
        string parentId, IEnumerable<LibraryItem> items, Func<RescaleException, bool> halves, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task CallAsync(IReadOnlyList<LibraryItem> some) => _client.Folders.TrashAsync(parentId, Ids(some, folders: false), Ids(some, folders: true), cancellationToken);
        await foreach (var settled in AllOrNone.RunAsync(items, CallAsync, halves, cancellationToken).ConfigureAwait(false))
        {
            if (settled.Item.IsFolder && settled.Error is null)
                _paths.Forget(settled.Item.Id);
            yield return settled;
        }
    }

    /// <summary>One call for each, a few at once. Whoever stops reading ends what has not begun.</summary>
    private static async IAsyncEnumerable<SettledItem> EachAsync(
        IEnumerable<LibraryItem> items, Func<LibraryItem, CancellationToken, Task> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settled = Channel.CreateUnbounded<SettledItem>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Calls, CancellationToken = stop.Token };
        var calling = Parallel.ForEachAsync(items, options, async (item, token) =>
        {
            RescaleException? error = null;
            try
            {
                await call(item, token).ConfigureAwait(false);
            }
            catch (RescaleException e) when (!WholeFailure.EndsAll(e))
            {
                error = e;
            }

            settled.Writer.TryWrite(new SettledItem(item, error));
        }).ContinueWith(task => settled.Writer.TryComplete(task.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var item in settled.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await calling.ConfigureAwait(false);
        }
    }

    private async Task<(List<LibraryItem> Open, List<SettledItem> Refused)> RefuseRootsAsync(IReadOnlyCollection<LibraryItem> items, CancellationToken cancellationToken)
    {
        var roots = (await _paths.GetRootsAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(static root => root.Id, StringComparer.Ordinal);
        // Twice in one call would be refused the second time.
        var distinct = items.DistinctBy(static item => (item.Id, item.IsFolder)).ToLookup(item => item.IsFolder && roots.ContainsKey(item.Id));
        return ([.. distinct[false]], [.. distinct[true].Select(item => new SettledItem(item, Protected(roots[item.Id])))]);
    }

    /// <summary>Why a root is not removed.</summary>
    public static RescaleException Protected(FolderPlace root) => new(
        ErrorIds.FolderProtected, ErrorKind.InvalidInput, $"'{root.Path}' belongs to every account and cannot be removed.",
        "Remove what lies in it: Get-RescaleFolderItem lists that.");

    private static List<string> Ids(IEnumerable<LibraryItem> items, bool folders) => [.. items.Where(item => item.IsFolder == folders).Select(static item => item.Id)];
}
