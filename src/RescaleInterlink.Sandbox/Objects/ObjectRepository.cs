using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// Objects on disk. The descriptor (<c>objects/ab/cd/{SHA-256 of bucket and key}.json</c>) names the content files
/// (<c>content/ab/cd/{random}</c>); replacing it in one step switches content and metadata together. All descriptors are also
/// kept in memory, ordered for listing. One process at a time may use a folder; that is the host's to see to. Thread-safe.
/// </summary>
public sealed class ObjectRepository
{
    private readonly string _objects;
    private readonly ContentStore _content;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<string> _damaged = [];
    private ImmutableDictionary<string, ObjectIndex> _buckets;

    /// <summary>Opens the repository in <paramref name="root"/> (created when missing) and clears away what a killed process left half done.</summary>
    public ObjectRepository(string root, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _objects = Path.Combine(root, "objects");
        PrivateFiles.CreateFolder(_objects);
        _content = new ContentStore(Path.Combine(root, "content"));
        Uploads = new UploadRepository(Path.Combine(root, "uploads"), _content, _time, _gate);

        var objects = DescriptorFiles.ReadAll<StoredObject>(_objects, "*.json", stored => _content.IsWhole(stored.Segments), _damaged);
        _buckets = objects.GroupBy(stored => stored.Bucket, StringComparer.Ordinal)
            .ToImmutableDictionary(group => group.Key, ObjectIndex.Of, StringComparer.Ordinal);
        Uploads.Load(objects.Select(stored => stored.UploadId).OfType<string>().ToHashSet(StringComparer.Ordinal), _damaged);
        // Content whose descriptor is damaged, now or at an earlier start, is all that is left of an object; it is not for the sandbox to delete.
        if (DescriptorFiles.AnyDamaged(root)) return;
        _content.Sweep(objects.SelectMany(stored => stored.Segments).Concat(Uploads.Segments)
            .Select(segment => segment.Id).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The multipart uploads under way.</summary>
    public UploadRepository Uploads { get; }

    /// <summary>Descriptors found damaged at the start and set aside, for the log.</summary>
    public IReadOnlyList<string> Damaged => _damaged;

    /// <summary>Stores an object whole, in place of an earlier one.</summary>
    /// <param name="bucket">The bucket; not checked here.</param>
    /// <param name="key">Any Unicode without lone surrogates.</param>
    /// <param name="content">Read to its end; never whole in memory.</param>
    /// <param name="metadata">User metadata: names without "x-amz-meta-".</param>
    /// <param name="cancellationToken">Ends the reading; nothing is stored then.</param>
    public async Task<StoredObject> PutAsync(
        string bucket, string key, Stream content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        using var staged = await StageAsync(content, DigestAlgorithms.None, cancellationToken).ConfigureAwait(false);
        var lowered = metadata.ToDictionary(pair => pair.Key.ToLowerInvariant(), pair => pair.Value, StringComparer.Ordinal);
        return Commit(bucket, key, staged, new ObjectAttributes(lowered, ObjectHeaders.None))!;
    }

    /// <summary>Streams content in; it belongs to no object until it is committed. MD5 is always computed.</summary>
    public Task<StagedContent> StageAsync(Stream content, DigestAlgorithms digests, CancellationToken cancellationToken) =>
        _content.StageAsync(content, digests, cancellationToken);

    /// <summary>Makes staged content the object of that key, in one step.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The key.</param>
    /// <param name="staged">The content; owned by the object afterwards.</param>
    /// <param name="attributes">What is stored with it.</param>
    /// <param name="condition">Asked about the object in place at that moment; its false leaves all as it is.</param>
    /// <returns>The new object, or null when the condition refused.</returns>
    public StoredObject? Commit(
        string bucket, string key, StagedContent staged, ObjectAttributes attributes, Func<StoredObject?, bool>? condition = null)
    {
        var stored = new StoredObject
        {
            Bucket = bucket, Key = key, ETag = staged.ETag, LastModified = _time.GetUtcNow(), Metadata = attributes.Metadata,
            Headers = attributes.Headers, Checksum = attributes.Checksum, Segments = [staged.Segment],
        };
        lock (_gate)
        {
            var replaced = Find(bucket, key);
            if (condition?.Invoke(replaced) == false) return null;
            Save(stored);
            staged.Commit();
            if (replaced is not null) _content.Delete(replaced.Segments);
        }

        return stored;
    }

    /// <summary>Makes an upload's parts an object, in one step; no byte is copied.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="choose">
    /// Asked about the upload and the object in place at that moment. It says what to join, or throws, which leaves all as it is.
    /// </param>
    /// <returns>The new object, or null when the upload is gone.</returns>
    public StoredObject? CompleteUpload(MultipartUpload upload, Func<MultipartUpload, StoredObject?, CompletedUpload> choose)
    {
        lock (_gate)
        {
            if (Uploads.Current(upload.Id) is not { } current) return null;
            var replaced = Find(upload.Bucket, upload.Key);
            var completed = choose(current, replaced);
            var stored = new StoredObject
            {
                Bucket = current.Bucket, Key = current.Key, ETag = completed.ETag, LastModified = _time.GetUtcNow(),
                Metadata = current.Attributes.Metadata, Headers = current.Attributes.Headers, Checksum = completed.Checksum,
                Segments = [.. completed.Parts.Select(part => part.Segment)], UploadId = current.Id,
            };
            Save(stored);
            if (replaced is not null) _content.Delete(replaced.Segments);
            Uploads.Close(current.Id, stored.Segments.Select(segment => segment.Id).ToHashSet(StringComparer.Ordinal));
            return stored;
        }
    }

    /// <summary>The object of that key, or null.</summary>
    public StoredObject? Find(string bucket, string key) => Index(bucket).Find(key);

    /// <summary>
    /// The object's content. It stays readable, unchanged, when the object is replaced or deleted afterwards.
    /// </summary>
    /// <exception cref="FileNotFoundException">The object has been replaced or deleted since it was found; find it again.</exception>
    public Stream OpenRead(StoredObject stored) => OpenRead(stored, 0, stored.Length);

    /// <summary>A range of the object's content, in bytes.</summary>
    /// <exception cref="FileNotFoundException">The object has been replaced or deleted since it was found; find it again.</exception>
    public Stream OpenRead(StoredObject stored, long offset, long length) => _content.Open(stored.Segments, offset, length);

    /// <summary>Deletes an object. False when there is none.</summary>
    public bool Delete(string bucket, string key)
    {
        lock (_gate)
        {
            if (Find(bucket, key) is not { } stored) return false;
            File.Delete(PathOf(bucket, key));
            Publish(bucket, Index(bucket).Without(key));
            _content.Delete(stored.Segments);
            return true;
        }
    }

    /// <summary>One page of the objects of a bucket, of one moment.</summary>
    /// <param name="bucket">The bucket; one without objects is empty.</param>
    /// <param name="prefix">Only keys that begin with this.</param>
    /// <param name="delimiter">When set, keys that hold it behind the prefix are folded into common prefixes.</param>
    /// <param name="after">Only what comes behind this key, or behind all keys of this common prefix; null for the first page.</param>
    /// <param name="limit">Most objects and common prefixes together.</param>
    public ObjectPage List(string bucket, string prefix, string? delimiter, string? after, int limit) =>
        Index(bucket).List(prefix, delimiter, after, limit);

    private ObjectIndex Index(string bucket) => Volatile.Read(ref _buckets).GetValueOrDefault(bucket, ObjectIndex.Empty);

    private void Save(StoredObject stored)
    {
        DescriptorFiles.Write(PathOf(stored.Bucket, stored.Key), stored);
        Publish(stored.Bucket, Index(stored.Bucket).With(stored));
    }

    private void Publish(string bucket, ObjectIndex index) => Volatile.Write(ref _buckets, _buckets.SetItem(bucket, index));

    private string PathOf(string bucket, string key)
    {
        // Bucket names hold no slash, so the pair cannot be read in two ways.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{bucket}/{key}")));
        return Path.Combine(_objects, hash[..2], hash[2..4], hash + ".json");
    }
}
