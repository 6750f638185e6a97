using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>
/// One listing of a folder, with what is beneath it if that is wanted. A few listers work side by side, some way ahead of the reader and no
/// further: whatever the number of entries, memory holds a page for each lister and level, the steps that wait, and the ids of folders seen.
/// </summary>
internal sealed class FolderListing
{
    /// <summary>Folders that wait for a lister. Whoever finds more of them lists them itself, so that the queue does not grow with the tree.</summary>
    private const int MostWaiting = 256;

    /// <summary>Where a tree is taken for one without end: levels beneath the first folder, and characters of a path. Nobody nests on purpose so deep,
    /// and no file system takes it.</summary>
    public const int DeepestLevel = 500;
    public const int LongestPath = 64 * 1024;

    private readonly FoldersClient _client;
    private readonly ListingOptions _options;
    private readonly TreeListers<Found, ListingStep> _listers;
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    public FolderListing(FoldersClient client, ListingOptions options)
    {
        (_client, _options) = (client, options);
        _listers = new TreeListers<Found, ListingStep>(Channel.CreateBounded<Found>(MostWaiting), ListAsync);
    }

    private sealed record Found(string Id, string Path, string RelativePath, int Level, TreeVerdict Verdict);

    /// <exception cref="RescaleException">FolderNotFound, ...: the first folder could not be listed; or a failure that every further folder would meet,
    /// behind all that was listed before.</exception>
    public IAsyncEnumerable<ListingStep> RunAsync(FolderPlace place, CancellationToken cancellationToken)
    {
        var top = new Found(place.Id, place.Path ?? place.Id, "", 0, _options.Filter.Top);
        if (_options.Depth == 0)
            return ListOneAsync(top, cancellationToken);
        _seen.TryAdd(top.Id, true);
        _listers.TryAdd(top);
        return _listers.RunAsync(cancellationToken);
    }

    private async IAsyncEnumerable<ListingStep> ListOneAsync(Found folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in _client.ListContentsAsync(folder.Id, _options.PageSize, cancellationToken).ConfigureAwait(false))
        {
            if (Judge(folder, entry) is var verdict && verdict == TreeVerdict.Taken)
                yield return new ListingStep.Item(entry, folder.Id, FolderPath.Join(folder.Path, entry.Item.Name, entry.Item.Id));
        }
    }

    private async Task ListAsync(Found folder, CancellationToken cancellationToken)
    {
        try
        {
            var pageSize = folder.Level == 0 ? _options.PageSize : FoldersClient.LargestPage;
            await foreach (var entry in _client.ListContentsAsync(folder.Id, pageSize, cancellationToken).ConfigureAwait(false))
                await TellAsync(folder, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e) when (folder.Level > 0 && !WholeFailure.EndsAll(e))
        {
            await _listers.TellAsync(new ListingStep.Failed(folder.Id, folder.Path, e), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TellAsync(Found folder, FolderEntry entry, CancellationToken cancellationToken)
    {
        var verdict = Judge(folder, entry);
        if (verdict == TreeVerdict.LeftOut)
            return;
        var item = entry.Item;
        var path = FolderPath.Join(folder.Path, item.Name, item.Id);
        if (verdict == TreeVerdict.Taken)
            await _listers.TellAsync(new ListingStep.Item(entry, folder.Id, path), cancellationToken).ConfigureAwait(false);
        if (!entry.IsFolder || folder.Level >= _options.Depth)
            return;
        if (!_seen.TryAdd(item.Id, true))
        {
            await _listers.TellAsync(new ListingStep.Repeated(item.Id, path), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (folder.Level >= DeepestLevel || path.Length > LongestPath)
        {
            await _listers.TellAsync(new ListingStep.Failed(item.Id, path, TooDeep(item.Id)), cancellationToken).ConfigureAwait(false);
            return;
        }

        var inner = new Found(item.Id, path, RelativePath(folder, item.Name), folder.Level + 1, verdict);
        if (!_listers.TryAdd(inner))
            await ListAsync(inner, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is deleted is in the Trash, whatever the folder still shows.</summary>
    private TreeVerdict Judge(Found folder, FolderEntry entry)
        => entry.Item.IsDeleted ? TreeVerdict.LeftOut : _options.Filter.Judge(RelativePath(folder, entry.Item.Name), entry.IsFolder, folder.Verdict);

    private static RescaleException TooDeep(string folderId) => new(
        ErrorIds.PlatformProtocol, ErrorKind.Protocol,
        $"The folder '{folderId}' lies more than {DeepestLevel} folders deep, or its path is longer than {LongestPath / 1024} K characters; it is not entered.",
        "If it is meant to be so deep, list it by its id.");

    private static string RelativePath(Found folder, string name) => folder.RelativePath.Length == 0 ? name : $"{folder.RelativePath}/{name}";
}
