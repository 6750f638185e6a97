using System.Collections.Concurrent;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Benchmarks;

/// <summary>A store that only keeps and gives bytes: no digests, no wire. What is left is the engine's own work.</summary>
internal sealed class MemoryTarget : IObjectStore
{
    private readonly ConcurrentDictionary<string, (byte[][] Parts, IReadOnlyDictionary<string, string> Metadata)> _objects = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> _uploads = new();

    public StoreCapabilities Capabilities { get; } = new("Memory", 5L << 20, 5L << 30, 10_000, StoreFeatures.None);

    public Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken)
    {
        var (parts, metadata) = _objects[key];
        return Task.FromResult(new ObjectProperties(parts.Sum(part => (long)part.Length), "tag", null, metadata));
    }

    public Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken)
    {
        foreach (var part in _objects[key].Parts)
        {
            if (destination.IsEmpty) break;
            if (offset < part.Length)
            {
                var count = Math.Min(destination.Length, part.Length - (int)offset);
                part.AsMemory((int)offset, count).CopyTo(destination);
                destination = destination[count..];
                offset = 0;
            }
            else
            {
                offset -= part.Length;
            }
        }

        return Task.CompletedTask;
    }

    public Task<string> PutAsync(
        string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        _objects[key] = ([content.ToArray()], metadata);
        return Task.FromResult("tag");
    }

    public Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        _uploads[key] = new();
        return Task.FromResult(new MultipartUpload(key, key, metadata));
    }

    public Task<StoredPart> WritePartAsync(
        MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _uploads[upload.Id][partNumber] = content.ToArray();
        return Task.FromResult(new StoredPart(partNumber, "tag", content.Length));
    }

    public IAsyncEnumerable<StoredPart> ListPartsAsync(MultipartUpload upload, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        _uploads.TryRemove(upload.Id, out var stored);
        _objects[upload.Key] = ([.. stored!.OrderBy(part => part.Key).Select(part => part.Value)], upload.Metadata);
        return Task.FromResult("tag");
    }

    public Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        _uploads.TryRemove(upload.Id, out _);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A target that keeps nothing lists nothing.");

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A target that keeps nothing deletes nothing.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
