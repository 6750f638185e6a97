#pragma warning disable CA5351 // ETags are MD5s by the protocol; nothing is protected by them.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Testing;

/// <summary>A whole object store in memory, with S3's rules and ETags.</summary>
public sealed class InMemoryObjectStore : IObjectStore
{
    private readonly object _lock = new();
    private readonly Dictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Unfinished> _uploads = new(StringComparer.Ordinal);
    private int _lastUpload;

    /// <param name="minimumPartSize">Bytes; the last part may be smaller.</param>
    public InMemoryObjectStore(long minimumPartSize = 16, int maximumParts = 10_000) =>
        Capabilities = new StoreCapabilities("Memory", minimumPartSize, 5L << 30, maximumParts,
            StoreFeatures.ListUploads | StoreFeatures.FreesAbortedParts | StoreFeatures.UploadIds);

    public StoreCapabilities Capabilities { get; }

    public IReadOnlyCollection<string> Keys
    {
        get
        {
            lock (_lock) return [.. _objects.Keys];
        }
    }

    /// <summary>Uploads that were begun and neither committed nor aborted.</summary>
    public int UnfinishedUploads
    {
        get
        {
            lock (_lock) return _uploads.Count;
        }
    }

    public byte[] GetContent(string key)
    {
        lock (_lock) return [.. _objects[key].Content];
    }

    public IReadOnlyDictionary<string, string> GetMetadata(string key)
    {
        lock (_lock) return _objects[key].Metadata;
    }

    /// <summary>Puts an object there as another client would.</summary>
    public void Set(string key, byte[] content, IReadOnlyDictionary<string, string>? metadata = null)
    {
        lock (_lock) _objects[key] = new StoredObject([.. content], HexOf(MD5.HashData(content)), Copy(metadata));
    }

    public Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var found = Find(key);
            return Task.FromResult(new ObjectProperties(found.Content.Length, found.ETag, DateTimeOffset.UnixEpoch, found.Metadata));
        }
    }

    public Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredObject found;
        lock (_lock) found = Find(key);
        if (ifMatch is not null && ifMatch != found.ETag) throw Error(ErrorIds.ObjectChanged, ErrorKind.Integrity, "412");
        if (offset + destination.Length > found.Content.Length) throw Error(ErrorIds.ObjectChanged, ErrorKind.Integrity, "416");
        found.Content.AsSpan((int)offset, destination.Length).CopyTo(destination.Span);
        return Task.CompletedTask;
    }

    public Task<ObjectProperties> ReadStartAsync(string key, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var found = Find(key);
            if (found.Content.Length == 0) throw Error(ErrorIds.ObjectChanged, ErrorKind.Integrity, "416");
            found.Content.AsSpan(0, Math.Min(destination.Length, found.Content.Length)).CopyTo(destination.Span);
            return Task.FromResult(new ObjectProperties(found.Content.Length, found.ETag, DateTimeOffset.UnixEpoch, found.Metadata));
        }
    }

    public Task<WrittenObject> PutAsync(
        string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stored = new StoredObject(content.ToArray(), HexOf(MD5.HashData(content.Span)), Copy(metadata));
        lock (_lock) _objects[key] = stored;
        return Task.FromResult(new WrittenObject(stored.ETag));
    }

    public Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var id = (++_lastUpload).ToString(CultureInfo.InvariantCulture);
            _uploads[id] = new Unfinished(key, Copy(metadata), []);
            return Task.FromResult(new MultipartUpload(key, id, metadata));
        }
    }

    public Task<StoredPart> WritePartAsync(
        MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var part = new PartContent(content.ToArray(), MD5.HashData(content.Span));
        lock (_lock) FindUpload(upload).Parts[partNumber] = part;
        return Task.FromResult(new StoredPart(partNumber, HexOf(part.Digest), content.Length));
    }

    public async IAsyncEnumerable<StoredPart> ListPartsAsync(
        MultipartUpload upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        List<StoredPart> parts;
        lock (_lock)
        {
            parts = [.. FindUpload(upload).Parts.OrderBy(part => part.Key)
                .Select(part => new StoredPart(part.Key, HexOf(part.Value.Digest), part.Value.Content.Length))];
        }

        foreach (var part in parts) yield return part;
    }

    public Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var unfinished = FindUpload(upload);
            if (parts.Count == 0) throw Error(ErrorIds.StorageRejected, ErrorKind.Protocol, "MalformedXML");
            var contents = new List<PartContent>();
            for (var i = 0; i < parts.Count; i++)
            {
                if (!unfinished.Parts.TryGetValue(parts[i].PartNumber, out var part) || HexOf(part.Digest) != parts[i].ETag)
                    throw Error(ErrorIds.StorageRejected, ErrorKind.Protocol, "InvalidPart");
                if (i > 0 && parts[i].PartNumber <= parts[i - 1].PartNumber)
                    throw Error(ErrorIds.StorageRejected, ErrorKind.Protocol, "InvalidPartOrder");
                if (i < parts.Count - 1 && part.Content.Length < Capabilities.MinimumPartSize)
                    throw Error(ErrorIds.StorageRejected, ErrorKind.Protocol, "EntityTooSmall");
                contents.Add(part);
            }

            var etag = $"{HexOf(MD5.HashData([.. contents.SelectMany(part => part.Digest)]))}-{parts.Count}";
            var whole = new byte[contents.Sum(part => (long)part.Content.Length)];
            var offset = 0;
            foreach (var part in contents)
            {
                part.Content.CopyTo(whole, offset);
                offset += part.Content.Length;
            }

            _objects[upload.Key] = new StoredObject(whole, etag, unfinished.Metadata);
            _uploads.Remove(upload.Id);
            return Task.FromResult(etag);
        }
    }

    public Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) _uploads.Remove(upload.Id);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        List<UnfinishedUpload> uploads;
        lock (_lock)
        {
            uploads = [.. _uploads.Where(upload => upload.Value.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(upload => new UnfinishedUpload(upload.Value.Key, upload.Key, DateTimeOffset.UnixEpoch))];
        }

        foreach (var upload in uploads) yield return upload;
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) _objects.Remove(key);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private StoredObject Find(string key) =>
        _objects.TryGetValue(key, out var found) ? found : throw Error(ErrorIds.ObjectNotFound, ErrorKind.NotFound, "NoSuchKey");

    private Unfinished FindUpload(MultipartUpload upload) =>
        _uploads.TryGetValue(upload.Id, out var found) && found.Key == upload.Key
            ? found
            : throw Error(ErrorIds.UploadVanished, ErrorKind.NotFound, "NoSuchUpload");

    private static RescaleException Error(string id, ErrorKind kind, string code) => new(id, kind, $"Memory store: {code}.", "Look at the test.");

    private static Dictionary<string, string> Copy(IReadOnlyDictionary<string, string>? metadata) =>
        new(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);

    private static string HexOf(byte[] digest) => Convert.ToHexString(digest).ToLowerInvariant();

    private sealed record StoredObject(byte[] Content, string ETag, Dictionary<string, string> Metadata);

    private sealed record PartContent(byte[] Content, byte[] Digest);

    private sealed record Unfinished(string Key, Dictionary<string, string> Metadata, Dictionary<int, PartContent> Parts);
}
