using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Folders;

/// <summary>What the caller says about a change that is about to be made.</summary>
public enum ChangePermission
{
    Granted,

    /// <summary>The change is not made; nor is anything that depends on it.</summary>
    Declined,

    /// <summary>The change is not made, and the plan goes on as if it had been.</summary>
    PlanOnly,
}

/// <summary>Finds and makes folders on the platform, several at once; each is listed or made once. Thread-safe.</summary>
/// <param name="permit">Asked before a folder is made, with its relative path.</param>
internal sealed class RemoteFolders(FoldersClient client, Func<string, Task<ChangePermission>> permit) : IDisposable
{
    /// <summary>Calls in flight at once. The platform's rate limit sets the pace of many; this only hides the way to it and back.</summary>
    public const int Calls = 8;

    private readonly SemaphoreSlim _calls = new(Calls);

    /// <returns>The id of the first folder with this name, or null.</returns>
    public async Task<string?> FindAsync(string parentId, string name, CancellationToken cancellationToken)
    {
        await foreach (var entry in client.ListContentsAsync(parentId, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Type == "folder" && entry.Item.Name == name)
                return entry.Item.Id;
        }

        return null;
    }

    /// <summary>The folder of this name in another; it is made when it is not there.</summary>
    public async Task<RemoteFolder> EnsureAsync(RemoteFolder parent, string name, string relativePath, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(parent, RemoteFolder.Declined))
            return RemoteFolder.Declined;
        return parent.Folders.TryGetValue(name, out var id)
            ? await LoadAsync(id, cancellationToken).ConfigureAwait(false)
            : await CreateAsync(parent.Id, name, relativePath, cancellationToken).ConfigureAwait(false);
    }

    public Task<RemoteFolder> LoadAsync(string id, CancellationToken cancellationToken)
        => CallAsync(() => RemoteFolder.LoadAsync(client, id, cancellationToken), cancellationToken);

    /// <param name="parentId">Null when it exists in the plan only.</param>
    public async Task<RemoteFolder> CreateAsync(string? parentId, string name, string relativePath, CancellationToken cancellationToken)
    {
        var permission = await permit(relativePath).ConfigureAwait(false);
        if (permission == ChangePermission.Declined)
            return RemoteFolder.Declined;
        if (permission == ChangePermission.PlanOnly || parentId is null)
            return RemoteFolder.New(null);
        return await CallAsync(() => CreateAsync(parentId, name, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns when no call is under way any more.</summary>
    public async Task WhenIdleAsync()
    {
        for (var i = 0; i < Calls; i++)
            await _calls.WaitAsync().ConfigureAwait(false);
        _calls.Release(Calls);
    }

    public void Dispose() => _calls.Dispose();

    private async Task<RemoteFolder> CreateAsync(string parentId, string name, CancellationToken cancellationToken)
    {
        try
        {
            return RemoteFolder.New(await client.CreateAsync(parentId, name, cancellationToken).ConfigureAwait(false));
        }
        catch (RescaleException e) when (e.StatusCode is 400 or 409)
        {
            // Another process was faster, or the answer to our own first attempt was lost. If neither, the error is real.
            if (await FindAsync(parentId, name, cancellationToken).ConfigureAwait(false) is not { } id)
                throw;
            return await RemoteFolder.LoadAsync(client, id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        await _calls.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await call().ConfigureAwait(false);
        }
        finally
        {
            _calls.Release();
        }
    }
}
