using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>Lists what the user has on the platform, streamed. Thread-safe.</summary>
public sealed class LibraryListing
{
    /// <summary>So many files in a row that are too old end a listing with the newest first: equal dates and clocks that differ make no longer run.</summary>
    private const int EndOfNew = 100;

    private readonly RescaleClient _client;

    internal LibraryListing(RescaleClient client, FolderPaths paths) => (_client, Paths) = (client, paths);

    public FolderPaths Paths { get; }

    /// <summary>All files of the user, newest first, with what the filter lets through.</summary>
    /// <param name="most">As many are going to be read; null when nobody knows.</param>
    public async IAsyncEnumerable<PlatformFile> FilesAsync(FileFilter filter, int? most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var tooOld = 0;
        await foreach (var file in _client.Files.ListAsync(filter.LetsAllThrough ? most : null, cancellationToken).ConfigureAwait(false))
        {
            if (filter.Matches(file))
                yield return file;
            tooOld = filter.IsTooOld(file) ? tooOld + 1 : 0;
            if (tooOld == EndOfNew)
                yield break;
        }
    }

    /// <summary>What lies in a folder, and beneath it if the options say so.</summary>
    /// <param name="folder">Path or id; null for the user's library.</param>
    /// <exception cref="RescaleException">FolderNotFound, FolderAmbiguous, FolderPathInvalid, ...</exception>
    public IAsyncEnumerable<ListingStep> FolderAsync(string? folder, ListingOptions options, CancellationToken cancellationToken)
        => Paths.ListAsync(folder, place => new FolderListing(_client.Folders, options).RunAsync(place, cancellationToken), cancellationToken);

    /// <summary>The same for a folder that is known.</summary>
    /// <exception cref="RescaleException">FolderNotFound, ...</exception>
    public IAsyncEnumerable<ListingStep> FolderAsync(FolderPlace place, ListingOptions options, CancellationToken cancellationToken)
        => new FolderListing(_client.Folders, options).RunAsync(place, cancellationToken);

    /// <summary>
    /// Folders with their names and paths. By path that is a few listings; those by id are looked for together, in one walk through My Library and
    /// My Jobs, for the platform has no folder by its id (interop API 5).
    /// </summary>
    /// <returns>For each text one or the other; those by path first, and the rest as they are met.</returns>
    /// <exception cref="RescaleException">A failure that every further call would meet, too.</exception>
    public async IAsyncEnumerable<(string Folder, FolderPlace? Place, RescaleException? Error)> LocateAsync(
        IEnumerable<string> folders, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var sought = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            var (place, error) = await TryFindAsync(folder, cancellationToken).ConfigureAwait(false);
            if (place is null || place.Path?.StartsWith('/') == true)
                yield return (folder, place, error);
            else if (sought.TryGetValue(place.Id, out var texts))
                texts.Add(folder);
            else
                sought.Add(place.Id, [folder]);
        }

        var failures = new List<RescaleException>();
        if (sought.Count > 0)
        {
            await foreach (var item in WholeLibrary.WalkAsync(_client.Folders, Paths, failures, cancellationToken).ConfigureAwait(false))
            {
                if (!item.IsFolder || !sought.Remove(item.Entry.Item.Id, out var texts))
                    continue;
                foreach (var text in texts)
                    yield return (text, new FolderPlace(item.Entry.Item.Id, item.ParentId, item.Path, item.Entry.Item.Name), null);
                if (sought.Count == 0)
                    yield break;
            }
        }

        foreach (var (id, texts) in sought)
        {
            foreach (var text in texts)
                yield return (text, null, failures.FirstOrDefault() ?? new Changes.LibraryItem(id, IsFolder: true, null).NotFound());
        }
    }

    private async Task<(FolderPlace? Place, RescaleException? Error)> TryFindAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return (await Paths.FindAsync(folder, cancellationToken).ConfigureAwait(false), null);
        }
        catch (RescaleException e) when (!WholeFailure.EndsAll(e))
        {
            return (null, e);
        }
    }
}
