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

    /// <returns>A file of that name in the folder, or null.</returns>
    /// <exception cref="RescaleException">FolderNotFound, or the platform's failure; the next look-up lists anew.</exception>
    public Task<PlatformFile?> FindAsync(string folderId, string name)
        => _listings.GetOrAdd(folderId, id => new Listing(() => folders.ListContentsAsync(id, cancellationToken).GetAsyncEnumerator(cancellationToken)))
            .FindAsync(name, cancellationToken);

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
        private bool _ended;

        public async Task<PlatformFile?> FindAsync(string name, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                PlatformFile? found;
                while (!_seen.TryGetValue(name, out found) && await ReadAsync().ConfigureAwait(false))
                {
                }

                return found;
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
            if (!await _rest.MoveNextAsync().ConfigureAwait(false))
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
