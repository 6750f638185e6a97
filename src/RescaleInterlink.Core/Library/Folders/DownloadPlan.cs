using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Folders;

/// <summary>
/// The plan of one folder's download. A few listers take folders from a queue, list each one whole (only then are its local names known), and write
/// its files into a bounded channel; the folders they find join the queue.
/// </summary>
/// <param name="announce">Told the files of each folder before any of them is a step.</param>
/// <param name="claim">False when this command already receives something there.</param>
internal sealed class DownloadPlan(FoldersClient client, FolderDownloadOptions options, Func<string, Task<ChangePermission>> permit, Func<IReadOnlyCollection<PlatformFile>, CancellationToken, Task> announce, Func<string, bool> claim)
{
    /// <summary>Steps that the listing is ahead of the reader.</summary>
    public const int LookAhead = 256;

    /// <summary>Folders listed at once. More would hold more listings in memory while they wait for the reader.</summary>
    private const int Listers = 4;

    private readonly Channel<FolderStep> _steps = Channel.CreateBounded<FolderStep>(new BoundedChannelOptions(LookAhead) { SingleReader = true });
    private readonly Channel<Found> _queue = Channel.CreateUnbounded<Found>();
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Exception, bool> _told = new();
    private int _open;

    /// <summary>A folder on the platform that is still to be listed.</summary>
    private sealed record Found(string Id, string RelativePath, LocalPlace Place, TreeVerdict Verdict)
    {
        public string PathOf(string name) => RelativePath.Length == 0 ? name : $"{RelativePath}/{name}";
    }

    public async IAsyncEnumerable<FolderStep> RunAsync(string folderId, string destination, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!claim(destination))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"Another folder of this command is already received into '{destination}'.", "Receive them into different folders.");
        if (File.Exists(destination))
            throw LocalPlace.InTheWay(destination);
        if (options.Conflict == FolderConflict.Error && Directory.Exists(destination))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{destination}' already exists.", "Choose with -Conflict what becomes of it: Merge, Skip, Overwrite or Rename.");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Add(new Found(folderId, "", new LocalPlace(null, destination, () => permit("")), options.Filter.Top));
        var listing = ListAllAsync(stop.Token);
        try
        {
            await foreach (var step in _steps.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return step;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await listing.ConfigureAwait(false);
        }
    }

    private void Add(Found folder)
    {
        _seen.TryAdd(folder.Id, true);
        Interlocked.Increment(ref _open);
        // The queue has no bound, so that this never fails.
        _queue.Writer.TryWrite(folder);
    }

    /// <summary>Ends the channel in any case; a failure goes to the reader with it.</summary>
    private async Task ListAllAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listers = Enumerable.Range(0, Listers).Select(_ => Task.Run(() => ListAsync(stop), CancellationToken.None)).ToArray();
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

    private async Task ListAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (var folder in _queue.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                await ListAsync(folder, stop.Token).ConfigureAwait(false);
                if (Interlocked.Decrement(ref _open) == 0)
                    _queue.Writer.Complete();
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
        var isTop = folder.RelativePath.Length == 0;
        try
        {
            // Before anything is made: a folder that cannot be listed leaves nothing behind.
            var (names, comparison) = await NamesAsync(folder, cancellationToken).ConfigureAwait(false);
            if (folder.Verdict == TreeVerdict.Taken && await EnsureAsync(folder, cancellationToken).ConfigureAwait(false) == ChangePermission.Declined)
                return;
            await TellAsync(folder, names, comparison, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e) when (!isTop && e.Kind != ErrorKind.Authentication)
        {
            // The same failure comes back from every folder beneath one that could not be made, and is told once.
            if (_told.TryAdd(e, true))
                await _steps.Writer.WriteAsync(new FolderStep.Failed(folder.Id, e), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(IReadOnlyList<SiblingName> Names, StringComparison Comparison)> NamesAsync(Found folder, CancellationToken cancellationToken)
    {
        var entries = new List<FolderEntry>();
        await foreach (var entry in client.ListContentsAsync(folder.Id, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.Item.IsDeleted)
                entries.Add(entry);
        }

        var comparison = LetterCase.HasTwins(entries.Select(static entry => entry.Item.Name)) ? LetterCase.ComparisonIn(folder.Place.Path) : LocalNames.Comparison;
        return (SiblingNames.Assign(entries, comparison, OperatingSystem.IsWindows()), comparison);
    }

    private async Task<ChangePermission> EnsureAsync(Found folder, CancellationToken cancellationToken)
    {
        var permission = await folder.Place.EnsureAsync().ConfigureAwait(false);
        if (permission != ChangePermission.Declined)
            await _steps.Writer.WriteAsync(new FolderStep.FolderReady(folder.RelativePath, folder.Place.Path, folder.Place.IsNew), cancellationToken).ConfigureAwait(false);
        return permission;
    }

    private async Task TellAsync(Found folder, IReadOnlyList<SiblingName> names, StringComparison comparison, CancellationToken cancellationToken)
    {
        var siblings = names.Where(static n => n.Name is not null).Select(static n => n.Name!).ToHashSet(StringComparer.FromComparison(comparison));
        await announce(
            [.. names.Where(name => name is { IsFolder: false, Name: not null } && options.Filter.Judge(folder.PathOf(name.Entry.Item.Name), isFolder: false, folder.Verdict) == TreeVerdict.Taken).Select(static name => name.Entry.Item)],
            cancellationToken).ConfigureAwait(false);
        foreach (var name in names)
        {
            var item = name.Entry.Item;
            var relativePath = folder.PathOf(item.Name);
            var verdict = options.Filter.Judge(relativePath, name.IsFolder, folder.Verdict);
            if (verdict == TreeVerdict.LeftOut)
                continue;
            FolderStep? step;
            if (name.Error is not null)
                step = new FolderStep.Failed(item.Id, name.Error);
            else if (name.IsFolder)
                step = Enter(folder, item, name.Name!, relativePath, verdict, siblings);
            else
                step = await FileAsync(folder, item, name.Name!, relativePath, siblings).ConfigureAwait(false);
            if (step is not null)
                await _steps.Writer.WriteAsync(step, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<FolderStep?> FileAsync(Found folder, PlatformFile file, string name, string relativePath, IReadOnlySet<string> siblings)
    {
        var permission = await folder.Place.EnsureAsync().ConfigureAwait(false);
        return permission == ChangePermission.Declined
            ? null
            : new FileToReceive(file, folder.Id, relativePath, Path.Combine(folder.Place.Path, name), permission == ChangePermission.PlanOnly, options.Conflict, siblings);
    }

    /// <returns>Null when it was queued.</returns>
    private FolderStep? Enter(Found above, PlatformFile folder, string name, string relativePath, TreeVerdict verdict, IReadOnlySet<string> siblings)
    {
        if (!_seen.TryAdd(folder.Id, true))
            return new FolderStep.LeftOut($"The folder '{relativePath}' ({folder.Id}) is listed a second time and is not entered again.", IsWarning: true);
        try
        {
            var path = LocalPlace.Choose(Path.Combine(above.Place.Path, name), options.Conflict, siblings);
            Add(new Found(folder.Id, relativePath, new LocalPlace(above.Place, path, () => permit(relativePath)), verdict));
            return null;
        }
        catch (RescaleException e)
        {
            return new FolderStep.Failed(folder.Id, e);
        }
    }
}
