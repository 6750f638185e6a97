using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.Storage;

/// <summary>The objects of the sandbox's own S3, without the way over its port.</summary>
internal sealed class RepositoryStorage(ObjectRepository objects) : IObjectStorage
{
    private const int PageSize = 1000;

    public Task<bool> ExistsAsync(string container, string path, CancellationToken cancellationToken)
        => Task.FromResult(objects.Find(container, path) is not null);

    public Task<OpenedObject?> OpenAsync(string container, string path, CancellationToken cancellationToken)
        => Task.FromResult(objects.Find(container, path) is { } stored
            ? new OpenedObject(objects.OpenRead(stored), stored.Metadata)
            : null);

    public Task PutAsync(string container, string path, Stream content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
        => objects.PutAsync(container, path, content, metadata, cancellationToken);

    public Task DeleteAsync(string container, string path, CancellationToken cancellationToken)
    {
        objects.Delete(container, path);
        return Task.CompletedTask;
    }

    public Task DeleteAllAsync(string container, string prefix, CancellationToken cancellationToken)
    {
        while (objects.List(container, prefix, delimiter: null, after: null, PageSize).Objects is { Count: > 0 } found)
        {
            foreach (var stored in found)
                objects.Delete(stored.Bucket, stored.Key);
        }

        return Task.CompletedTask;
    }
}
