using RescaleInterlink.Storage;

namespace RescaleInterlink.Testing;

/// <summary>Names of the store's operations, for rules and counters.</summary>
public enum StoreOperation
{
    Properties,
    Read,
    Put,
    Begin,
    Part,
    List,
    Commit,
    Abort,
    Delete,
}

/// <summary>A store around a store, through whose one method every request passes.</summary>
public abstract class DelegatingObjectStore(IObjectStore inner) : IObjectStore
{
    public StoreCapabilities Capabilities => inner.Capabilities;

    /// <param name="bytes">Bytes of the body.</param>
    protected abstract Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken);

    /// <summary>What <see cref="ReadRangeAsync"/> hands to the inner store, after which the bytes can be touched.</summary>
    protected virtual void OnRead(long offset, Memory<byte> bytes)
    {
    }

    public Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Properties, 0, () => inner.GetPropertiesAsync(key, cancellationToken), cancellationToken);

    public Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Read, destination.Length, async () =>
        {
            await inner.ReadRangeAsync(key, offset, destination, ifMatch, cancellationToken);
            OnRead(offset, destination);
            return true;
        }, cancellationToken);

    public Task<ObjectProperties> ReadStartAsync(string key, Memory<byte> destination, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Read, destination.Length, async () =>
        {
            var properties = await inner.ReadStartAsync(key, destination, cancellationToken);
            OnRead(0, destination[..(int)Math.Min(destination.Length, properties.Length)]);
            return properties;
        }, cancellationToken);

    public Task<WrittenObject> PutAsync(
        string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Put, content.Length, () => inner.PutAsync(key, content, metadata, cancellationToken), cancellationToken);

    public Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Begin, 0, () => inner.BeginAsync(key, metadata, cancellationToken), cancellationToken);

    public Task<StoredPart> WritePartAsync(
        MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Part, content.Length, () => inner.WritePartAsync(upload, partNumber, content, cancellationToken), cancellationToken);

    public IAsyncEnumerable<StoredPart> ListPartsAsync(MultipartUpload upload, CancellationToken cancellationToken) =>
        inner.ListPartsAsync(upload, cancellationToken);

    public Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Commit, 0, () => inner.CommitAsync(upload, parts, cancellationToken), cancellationToken);

    public Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Abort, 0, async () =>
        {
            await inner.AbortAsync(upload, cancellationToken);
            return true;
        }, cancellationToken);

    public IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListUploadsAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Delete, 0, async () =>
        {
            await inner.DeleteAsync(key, cancellationToken);
            return true;
        }, cancellationToken);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }
}
