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
    /// A folder with its name and path. By path that is a few listings; by id the folder is looked for in My Library and My Jobs, for the
    /// platform has no folder by its id (interop API 5).
    /// </summary>
    /// <exception cref="RescaleException">FolderNotFound, FolderAmbiguous, FolderPathInvalid, ...</exception>
    public async Task<FolderPlace> LocateAsync(string folder, CancellationToken cancellationToken)
    {
        var place = await Paths.FindAsync(folder, cancellationToken).ConfigureAwait(false);
        if (place.Path?.StartsWith('/') == true)
            return place;
        RescaleException? failure = null;
        foreach (var root in await Paths.GetRootsAsync(cancellationToken).ConfigureAwait(false))
        {
            await foreach (var step in FolderAsync(root, new ListingOptions { Depth = int.MaxValue }, cancellationToken).ConfigureAwait(false))
            {
                if (step is ListingStep.Item { IsFolder: true } item && item.Entry.Item.Id == place.Id)
                    return new FolderPlace(place.Id, item.ParentId, item.Path, item.Entry.Item.Name);
                if (step is ListingStep.Failed failed)
                    failure ??= failed.Error;
            }
        }

        throw failure ?? new Changes.LibraryItem(place.Id, IsFolder: true, null).NotFound();
    }
}
