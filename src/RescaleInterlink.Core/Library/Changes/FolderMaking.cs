using System.Runtime.ExceptionServices;
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
        if (await _paths.FindExactlyAsync(parent.Id, name, isFresh: false, cancellationToken).ConfigureAwait(false) is { } taken)
            return useExisting ? Place(parent, name, taken) : throw Exists(Place(parent, name, taken));
        var made = "";
        var (error, wasRepeated) = await RepetitionWatch.TryAsync(async () =>
            made = await _client.CreateAsync(parent.Id, name, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (error is null)
        {
            _paths.Remember(parent.Id, name, made);
            return Place(parent, name, made);
        }

        // Somebody was faster, or the answer to our own first attempt was lost. If neither, the error is real.
        if (error.StatusCode is 400 or 409 && await _paths.FindExactlyAsync(parent.Id, name, isFresh: true, cancellationToken).ConfigureAwait(false) is { } there)
            return useExisting || wasRepeated ? Place(parent, name, there) : throw Exists(Place(parent, name, there));
        ExceptionDispatchInfo.Throw(error);
        throw error;
    }

    private static FolderPlace Place(FolderPlace parent, string name, string id)
        => new(id, parent.Id, FolderPath.Join(parent.ToString(), name, id), name);

    private static RescaleException Exists(FolderPlace there) => new(
        ErrorIds.FolderAlreadyExists, ErrorKind.AlreadyExists, $"There is a folder '{there}' already ({there.Id}).",
        "Use -Force to take the one that is there, or give another name.");
}
