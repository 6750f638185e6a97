using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Changes;

/// <summary>Makes folders by name. Thread-safe.</summary>
public sealed class FolderMaking
{
    private readonly FoldersClient _client;
    private readonly FolderPaths _paths;

    internal FolderMaking(FoldersClient client, FolderPaths paths) => (_client, _paths) = (client, paths);

    /// <summary>
    /// Looks first whether the name is taken, because the platform may allow equal names (interop API 5). A lost answer to the making of a folder
    /// makes no second one: what is refused then is looked for again.
    /// </summary>
    /// <param name="useExisting">Take a folder of that name that is there already.</param>
    /// <exception cref="RescaleException">FolderAlreadyExists, FolderNotFound (the parent), UnsafeFileName, ...</exception>
    public async Task<FolderPlace> MakeAsync(FolderPlace parent, string name, bool useExisting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parent);
        SafeFileName.RequirePlain(name);
        if (await FindAsync(parent, name, cancellationToken).ConfigureAwait(false) is { } there)
            return useExisting ? there : throw Exists(there);
        var made = await CreateAsync(parent, name, cancellationToken).ConfigureAwait(false);
        _paths.Forget(parent.Id);
        return made;
    }

    private async Task<FolderPlace> CreateAsync(FolderPlace parent, string name, CancellationToken cancellationToken)
    {
        try
        {
            return Place(parent, name, await _client.CreateAsync(parent.Id, name, cancellationToken).ConfigureAwait(false));
        }
        catch (RescaleException e) when (e.StatusCode is 400 or 409)
        {
            if (await FindAsync(parent, name, cancellationToken).ConfigureAwait(false) is not { } there)
                throw;
            return there;
        }
    }

    private async Task<FolderPlace?> FindAsync(FolderPlace parent, string name, CancellationToken cancellationToken)
    {
        await foreach (var entry in _client.ListContentsAsync(parent.Id, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFolder && !entry.Item.IsDeleted && entry.Item.Name == name)
                return Place(parent, name, entry.Item.Id);
        }

        return null;
    }

    private static FolderPlace Place(FolderPlace parent, string name, string id)
        => new(id, parent.Id, FolderPath.Join(parent.ToString(), name), name);

    private static RescaleException Exists(FolderPlace there) => new(
        ErrorIds.FolderAlreadyExists, ErrorKind.AlreadyExists, $"There is a folder '{there}' already ({there.Id}).",
        "Use -Force to take the one that is there, or give another name.");
}
