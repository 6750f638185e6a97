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
internal sealed class FolderListing(FoldersClient client, ListingOptions options)
{
    /// <summary>Steps that the listers are ahead of the reader.</summary>
    private const int LookAhead = 256;

    /// <summary>Folders listed at once; the rate limit of the platform sets the pace of many (interop API 2.4).</summary>
    private const int Listers = 4;

    /// <summary>Folders that wait for a lister. Whoever finds more of them lists them itself, so that the queue does not grow with the tree.</summary>
    private const int MostWaiting = 256;

    /// <summary>Where a tree is taken for one without end: levels beneath the first folder, and characters of a path. Nobody nests on purpose so deep,
    /// and no file system takes it.</summary>
    public const int DeepestLevel = 500;
    public const int LongestPath = 64 * 1024;

    private readonly Channel<ListingStep> _steps = Channel.CreateBounded<ListingStep>(new BoundedChannelOptions(LookAhead) { SingleReader = true });
    private readonly Channel<Found> _waiting = Channel.CreateBounded<Found>(MostWaiting);
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private int _open;

    private sealed record Found(string Id, string Path, string RelativePath, int Level, TreeVerdict Verdict);

    /// <exception cref="RescaleException">FolderNotFound, ...: the first folder could not be listed; or a failure that every further folder would meet,
    /// behind all that was listed before.</exception>
    public IAsyncEnumerable<ListingStep> RunAsync(FolderPlace place, CancellationToken cancellationToken)
    {
        var top = new Found(place.Id, place.Path ?? place.Id, "", 0, options.Filter.Top);
        return options.Depth == 0 ? ListOneAsync(top, cancellationToken) : ListManyAsync(top, cancellationToken);
    }

    private async IAsyncEnumerable<ListingStep> ListOneAsync(Found folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in client.ListContentsAsync(folder.Id, options.PageSize, cancellationToken).ConfigureAwait(false))
        {
            if (Judge(folder, entry) is var verdict && verdict == TreeVerdict.Taken)
                yield return new ListingStep.Item(entry, folder.Id, FolderPath.Join(folder.Path, entry.Item.Name, entry.Item.Id));
        }
    }

    private async IAsyncEnumerable<ListingStep> ListManyAsync(Found top, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _seen.TryAdd(top.Id, true);
        TryQueue(top);
        var listing = ListAllAsync(stop);
        try
        {
            await foreach (var step in _steps.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return step;
        }
        finally
        {
            // Whoever stops reading early ends the listers, and nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await listing.ConfigureAwait(false);
        }
    }

    /// <summary>Ends the channel in any case; a failure goes to the reader with it.</summary>
    private async Task ListAllAsync(CancellationTokenSource stop)
    {
        var listers = Enumerable.Range(0, Listers).Select(_ => Task.Run(() => ListWaitingAsync(stop), CancellationToken.None)).ToArray();
        try
        {
            await Task.WhenAll(listers).ConfigureAwait(false);
            _steps.Writer.Complete();
        }
        catch (Exception e)
        {
            // One that failed has stopped the others; what they say about that is not the reason.
            _steps.Writer.Complete(listers.Select(static l => l.Exception?.InnerException).FirstOrDefault(static x => x is not null) ?? e);
        }
    }

    private async Task ListWaitingAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (var folder in _waiting.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                await ListAsync(folder, stop.Token).ConfigureAwait(false);
                if (Interlocked.Decrement(ref _open) == 0)
                    _waiting.Writer.Complete();
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ListAsync(Found folder, CancellationToken cancellationToken)
    {
        try
        {
            var pageSize = folder.Level == 0 ? options.PageSize : FoldersClient.LargestPage;
            await foreach (var entry in client.ListContentsAsync(folder.Id, pageSize, cancellationToken).ConfigureAwait(false))
                await TellAsync(folder, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e) when (folder.Level > 0 && !WholeFailure.EndsAll(e))
        {
            await _steps.Writer.WriteAsync(new ListingStep.Failed(folder.Id, folder.Path, e), cancellationToken).ConfigureAwait(false);
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
            await _steps.Writer.WriteAsync(new ListingStep.Item(entry, folder.Id, path), cancellationToken).ConfigureAwait(false);
        if (!entry.IsFolder || folder.Level >= options.Depth)
            return;
        if (!_seen.TryAdd(item.Id, true))
        {
            await _steps.Writer.WriteAsync(new ListingStep.Repeated(item.Id, path), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (folder.Level >= DeepestLevel || path.Length > LongestPath)
        {
            await _steps.Writer.WriteAsync(new ListingStep.Failed(item.Id, path, TooDeep(item.Id)), cancellationToken).ConfigureAwait(false);
            return;
        }

        var inner = new Found(item.Id, path, RelativePath(folder, item.Name), folder.Level + 1, verdict);
        if (!TryQueue(inner))
            await ListAsync(inner, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is deleted is in the Trash, whatever the folder still shows.</summary>
    private TreeVerdict Judge(Found folder, FolderEntry entry)
        => entry.Item.IsDeleted ? TreeVerdict.LeftOut : options.Filter.Judge(RelativePath(folder, entry.Item.Name), entry.IsFolder, folder.Verdict);

    private bool TryQueue(Found folder)
    {
        Interlocked.Increment(ref _open);
        if (_waiting.Writer.TryWrite(folder))
            return true;
        // The lister that asks is still busy with the folder above, so this is never the last.
        Interlocked.Decrement(ref _open);
        return false;
    }

    private static RescaleException TooDeep(string folderId) => new(
        ErrorIds.PlatformProtocol, ErrorKind.Protocol,
        $"The folder '{folderId}' lies more than {DeepestLevel} folders deep, or its path is longer than {LongestPath / 1024} K characters; it is not entered.",
        "If it is meant to be so deep, list it by its id.");

    private static string RelativePath(Found folder, string name) => folder.RelativePath.Length == 0 ? name : $"{folder.RelativePath}/{name}";
}
