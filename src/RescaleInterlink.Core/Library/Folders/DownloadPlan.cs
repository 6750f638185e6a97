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
internal sealed class DownloadPlan
{
    private readonly FoldersClient _client;
    private readonly FolderDownloadOptions _options;
    private readonly Func<string, Task<ChangePermission>> _permit;
    private readonly Func<IReadOnlyCollection<PlatformFile>, CancellationToken, Task> _announce;
    private readonly Func<string, bool> _claim;
    private readonly TreeListers<Found, FolderStep> _listers;
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Exception, bool> _told = new();

    /// <param name="announce">Told the files of each folder before any of them is a step.</param>
    /// <param name="claim">False when this command already receives something there.</param>
    public DownloadPlan(FoldersClient client, FolderDownloadOptions options, Func<string, Task<ChangePermission>> permit, Func<IReadOnlyCollection<PlatformFile>, CancellationToken, Task> announce, Func<string, bool> claim)
    {
        (_client, _options, _permit, _announce, _claim) = (client, options, permit, announce, claim);
        // The queue has no bound, so that adding to it never fails.
        _listers = new TreeListers<Found, FolderStep>(Channel.CreateUnbounded<Found>(), ListAsync);
    }

    /// <summary>A folder on the platform that is still to be listed.</summary>
    private sealed record Found(string Id, string RelativePath, LocalPlace Place, TreeVerdict Verdict)
    {
        public string PathOf(string name) => RelativePath.Length == 0 ? name : $"{RelativePath}/{name}";
    }

    public async IAsyncEnumerable<FolderStep> RunAsync(string folderId, string destination, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_claim(destination))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"Another folder of this command is already received into '{destination}'.", "Receive them into different folders.");
        if (File.Exists(destination))
            throw LocalPlace.InTheWay(destination);
        if (_options.Conflict == FolderConflict.Error && Directory.Exists(destination))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{destination}' already exists.", "Choose with -Conflict what becomes of it: Merge, Skip, Overwrite or Rename.");

        _seen.TryAdd(folderId, true);
        _listers.TryAdd(new Found(folderId, "", new LocalPlace(null, destination, () => _permit("")), _options.Filter.Top));
        await foreach (var step in _listers.RunAsync(cancellationToken).ConfigureAwait(false))
            yield return step;
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
                await _listers.TellAsync(new FolderStep.Failed(folder.Id, e), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(IReadOnlyList<SiblingName> Names, StringComparison Comparison)> NamesAsync(Found folder, CancellationToken cancellationToken)
    {
        var entries = new List<FolderEntry>();
        await foreach (var entry in _client.ListContentsAsync(folder.Id, cancellationToken).ConfigureAwait(false))
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
            await _listers.TellAsync(new FolderStep.FolderReady(folder.RelativePath, folder.Place.Path, folder.Place.IsNew), cancellationToken).ConfigureAwait(false);
        return permission;
    }

    private async Task TellAsync(Found folder, IReadOnlyList<SiblingName> names, StringComparison comparison, CancellationToken cancellationToken)
    {
        var siblings = names.Where(static n => n.Name is not null).Select(static n => n.Name!).ToHashSet(StringComparer.FromComparison(comparison));
        await _announce(
            [.. names.Where(name => name is { IsFolder: false, Name: not null } && _options.Filter.Judge(folder.PathOf(name.Entry.Item.Name), isFolder: false, folder.Verdict) == TreeVerdict.Taken).Select(static name => name.Entry.Item)],
            cancellationToken).ConfigureAwait(false);
        foreach (var name in names)
        {
            var item = name.Entry.Item;
            var relativePath = folder.PathOf(item.Name);
            var verdict = _options.Filter.Judge(relativePath, name.IsFolder, folder.Verdict);
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
                await _listers.TellAsync(step, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<FolderStep?> FileAsync(Found folder, PlatformFile file, string name, string relativePath, IReadOnlySet<string> siblings)
    {
        var permission = await folder.Place.EnsureAsync().ConfigureAwait(false);
        return permission == ChangePermission.Declined
            ? null
            : new FileToReceive(file, folder.Id, relativePath, Path.Combine(folder.Place.Path, name), permission == ChangePermission.PlanOnly, _options.Conflict, siblings);
    }

    /// <returns>Null when it was queued.</returns>
    private FolderStep? Enter(Found above, PlatformFile folder, string name, string relativePath, TreeVerdict verdict, IReadOnlySet<string> siblings)
    {
        if (!_seen.TryAdd(folder.Id, true))
            return new FolderStep.LeftOut($"The folder '{relativePath}' ({folder.Id}) is listed a second time and is not entered again.", IsWarning: true);
        try
        {
            var path = LocalPlace.Choose(Path.Combine(above.Place.Path, name), _options.Conflict, siblings);
            _listers.TryAdd(new Found(folder.Id, relativePath, new LocalPlace(above.Place, path, () => _permit(relativePath)), verdict));
            return null;
        }
        catch (RescaleException e)
        {
            return new FolderStep.Failed(folder.Id, e);
        }
    }
}
