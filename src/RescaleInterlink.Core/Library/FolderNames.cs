using System.Collections.Concurrent;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>
/// Which file names are taken in folders of the library. A folder is listed at most once, page by page and no further than a
/// look-up needs. Names are compared as the platform does it: with case. Thread-safe.
/// </summary>
/// <param name="cancellationToken">Of the command; it ends listings under way.</param>
public sealed class FolderNames(FoldersClient folders, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Listing> _listings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string FolderId, string Name), byte> _claimed = new();

    /// <summary>Keeps a name for one file of the command.</summary>
    /// <exception cref="RescaleException">FileAlreadyExists: another file of the command has it.</exception>
    public void Claim(string folderId, string name)
    {
        if (!_claimed.TryAdd((folderId, name), 0))
        {
            throw new RescaleException(
                ErrorIds.FileAlreadyExists, ErrorKind.AlreadyExists,
                $"Another file of this command is already sent as '{name}' to the same folder.", "Send them to different folders, or allow equal names.");
        }
    }

    /// <summary>Makes sure that there is such a folder, before anything is sent to it.</summary>
    /// <param name="namesFollow">Names of it are to be looked up afterwards; else its listing is not kept open.</param>
    /// <exception cref="RescaleException">FolderNotFound, or the platform's failure.</exception>
    public Task RequireAsync(string folderId, bool namesFollow) => Of(folderId).BeginAsync(namesFollow, cancellationToken);

    /// <returns>A file of that name in the folder, or null.</returns>
    /// <exception cref="RescaleException">FolderNotFound, or the platform's failure; the next look-up lists anew.</exception>
    public Task<PlatformFile?> FindAsync(string folderId, string name)
        => Of(folderId).FindAsync(name, cancellationToken);

    private Listing Of(string folderId)
        => _listings.GetOrAdd(folderId, id => new Listing(() => folders.ListContentsAsync(id, cancellationToken).GetAsyncEnumerator(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var listing in _listings.Values)
            await listing.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Listing(Func<IAsyncEnumerator<FolderEntry>> open) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);
        private readonly Dictionary<string, PlatformFile> _seen = new(StringComparer.Ordinal);
        private IAsyncEnumerator<FolderEntry>? _rest;
        private volatile bool _hasBegun;
        private bool _ended;

        /// <summary>Reads as far as its first entry, unless that has been done.</summary>
        public Task BeginAsync(bool namesFollow, CancellationToken cancellationToken)
            => _hasBegun
                ? Task.CompletedTask
                : InTurnAsync(
                    async () =>
                    {
                        if (!_hasBegun)
                            await ReadAsync().ConfigureAwait(false);
                        // Whoever looks a name up all the same reads from the beginning.
                        if (!namesFollow)
                            await CloseAsync().ConfigureAwait(false);
                        return true;
                    },
                    cancellationToken);

        public Task<PlatformFile?> FindAsync(string name, CancellationToken cancellationToken)
            => InTurnAsync(
                async () =>
                {
                    PlatformFile? found;
                    while (!_seen.TryGetValue(name, out found) && await ReadAsync().ConfigureAwait(false))
                    {
                    }

                    return found;
                },
                cancellationToken);

        private async Task<T> InTurnAsync<T>(Func<Task<T>> look, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await look().ConfigureAwait(false);
            }
            catch
            {
                // What follows a failure is missing: without this the names of it would count as free.
                await CloseAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                _turn.Release();
            }
        }

        private async Task<bool> ReadAsync()
        {
            if (_ended)
                return false;
            _rest ??= open();
            var isMore = await _rest.MoveNextAsync().ConfigureAwait(false);
            _hasBegun = true;
            if (!isMore)
            {
                _ended = true;
                await CloseAsync().ConfigureAwait(false);
                return false;
            }

            if (_rest.Current is { Type: "file", Item: { } file })
                _seen.TryAdd(file.Name, file);
            return true;
        }

        private async ValueTask CloseAsync()
        {
            if (_rest is not { } rest)
                return;
            _rest = null;
            await rest.DisposeAsync().ConfigureAwait(false);
        }

        public async ValueTask DisposeAsync()
        {
            await CloseAsync().ConfigureAwait(false);
            _turn.Dispose();
        }
    }
}
