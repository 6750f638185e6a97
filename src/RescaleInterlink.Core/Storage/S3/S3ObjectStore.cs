using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage.S3;

/// <summary>A bucket of S3, or of a server that speaks its protocol. Repeats nothing; thread-safe.</summary>
public sealed class S3ObjectStore : IObjectStore
{
    private const string MetadataPrefix = "x-amz-meta-";

    private readonly StoreDescription _store;
    private readonly CredentialCache<S3Credentials> _credentials;
    private readonly HttpClient _http;
    private readonly StoreTimeouts _timeouts;
    private readonly TimeProvider _time;
    private readonly S3Errors _errors;
    private readonly S3Checksums _checksums;
    private volatile Lease? _lease;

    /// <param name="credentials">Owned by this store.</param>
    /// <param name="http">Shared with other stores; not owned, and without a time-out of its own.</param>
    public S3ObjectStore(
        StoreDescription store, CredentialCache<S3Credentials> credentials, HttpClient http, StoreTimeouts? timeouts = null, TimeProvider? time = null)
    {
        _store = store;
        _credentials = credentials;
        _http = http;
        _timeouts = timeouts ?? StoreTimeouts.Default;
        _time = time ?? TimeProvider.System;
        _errors = new S3Errors(store, _time);
        _checksums = new S3Checksums(store);
        Capabilities = new StoreCapabilities("S3", 5L << 20, 5L << 30, 10_000,
            StoreFeatures.ListUploads | StoreFeatures.FreesAbortedParts | StoreFeatures.UploadIds);
    }

    public StoreCapabilities Capabilities { get; }

    // Plain http refuses unsigned payloads; over TLS a signature of the body would only cost a SHA-256 of every byte.
    private bool? DisablePayloadSigning => _store.Endpoint?.Scheme == Uri.UriSchemeHttp ? null : true;

    public Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Head, key, async (client, watch) =>
        {
            var reply = await client.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = _store.Container, Key = key }, watch.Token);
            return new ObjectProperties(reply.ContentLength, reply.ETag ?? "", reply.LastModified, WithoutPrefix(reply.Metadata));
        }, cancellationToken);

    public Task<ObjectProperties> ReadStartAsync(string key, Memory<byte> destination, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Get, key, async (client, watch) =>
        {
            using var reply = await client.GetObjectAsync(new GetObjectRequest
            {
                BucketName = _store.Container,
                Key = key,
                ByteRange = new ByteRange(0, destination.Length - 1),
            }, watch.Token);
            watch.Touch();
            var (total, length) = RangeAnswer.RequireStart(key, reply.ContentRange, reply.ContentLength, destination.Length);
            await ResponseBody.FillAsync(reply.ResponseStream, destination[..length], key, watch);
            return new ObjectProperties(total, reply.ETag ?? "", reply.LastModified, WithoutPrefix(reply.Metadata));
        }, cancellationToken);

    private static Dictionary<string, string> WithoutPrefix(MetadataCollection metadata) => metadata.Keys.ToDictionary(
        name => name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) ? name[MetadataPrefix.Length..] : name,
        name => metadata[name],
        StringComparer.OrdinalIgnoreCase);

    public Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Get, key, async (client, watch) =>
        {
            var request = new GetObjectRequest { BucketName = _store.Container, Key = key, EtagToMatch = ifMatch };
            if (destination.Length > 0) request.ByteRange = new ByteRange(offset, offset + destination.Length - 1);
            using var reply = await client.GetObjectAsync(request, watch.Token);
            watch.Touch();
            RangeAnswer.Require(key, reply.ContentRange, reply.ContentLength, offset, destination.Length);
            await ResponseBody.FillAsync(reply.ResponseStream, destination, key, watch);
            return true;
        }, cancellationToken);

    public Task<WrittenObject> PutAsync(
        string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Put, key, async (client, watch) =>
        {
            await using var body = new MemoryContentStream(content, watch);
            var request = new PutObjectRequest
            {
                BucketName = _store.Container,
                Key = key,
                InputStream = body,
                AutoCloseStream = false,
                UseChunkEncoding = false,
                DisablePayloadSigning = DisablePayloadSigning,
                ChecksumCRC32C = _checksums.ForObject(content.Span),
            };
            foreach (var (name, value) in metadata) request.Metadata.Add(name, value);
            var etag = S3Errors.RequireResult((await client.PutObjectAsync(request, watch.Token)).ETag, StoreRequest.Put, key);
            return new WrittenObject(etag, request.ChecksumCRC32C is not null);
        }, cancellationToken);

    public async Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (!_checksums.MayBeOffered) return await BeginAsync(key, metadata, null, cancellationToken);
        try
        {
            return await BeginAsync(key, metadata, ChecksumAlgorithm.CRC32C, cancellationToken);
        }
        catch (RescaleException refused) when (_checksums.MayBeRefusedBy(refused))
        {
            var upload = await BeginAsync(key, metadata, null, cancellationToken);
            _checksums.OnRefused(refused);
            return upload;
        }
    }

    private Task<MultipartUpload> BeginAsync(
        string key, IReadOnlyDictionary<string, string> metadata, ChecksumAlgorithm? algorithm, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Begin, key, async (client, watch) =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = _store.Container, Key = key, ChecksumAlgorithm = algorithm };
            foreach (var (name, value) in metadata) request.Metadata.Add(name, value);
            var reply = await client.InitiateMultipartUploadAsync(request, watch.Token);
            return new MultipartUpload(key, S3Errors.RequireResult(reply.UploadId, StoreRequest.Begin, key), metadata, _checksums.AreTakenBy(reply.ChecksumAlgorithm));
        }, cancellationToken);

    public Task<StoredPart> WritePartAsync(
        MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Part, upload.Key, async (client, watch) =>
        {
            await using var body = new MemoryContentStream(content, watch);
            var checksum = upload.HasChecksums ? S3Checksums.Of(content.Span) : null;
            var reply = await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = _store.Container,
                Key = upload.Key,
                UploadId = upload.Id,
                PartNumber = partNumber,
                InputStream = body,
                PartSize = content.Length,
                UseChunkEncoding = false,
                DisablePayloadSigning = DisablePayloadSigning,
                ChecksumCRC32C = checksum,
            }, watch.Token);
            return new StoredPart(partNumber, S3Errors.RequireResult(reply.ETag, StoreRequest.Part, upload.Key), content.Length, checksum);
        }, cancellationToken);

    public async IAsyncEnumerable<StoredPart> ListPartsAsync(
        MultipartUpload upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListPartsRequest { BucketName = _store.Container, Key = upload.Key, UploadId = upload.Id };
        for (var more = true; more;)
        {
            var page = await CallAsync(StoreRequest.List, upload.Key,
                (client, watch) => client.ListPartsAsync(request, watch.Token), cancellationToken);
            foreach (var part in page.Parts ?? [])
                yield return new StoredPart(part.PartNumber ?? 0, part.ETag ?? "", part.Size ?? 0, upload.HasChecksums ? part.ChecksumCRC32C : null);
            more = page.IsTruncated == true;
            request.PartNumberMarker = page.NextPartNumberMarker?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    public Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Commit, upload.Key, async (client, watch) =>
        {
            // S3 may take minutes to put the parts together.
            watch.Pause();
            var reply = await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = _store.Container,
                Key = upload.Key,
                UploadId = upload.Id,
                PartETags = [.. parts.Select(part => new PartETag(part.PartNumber, part.ETag)
                {
                    ChecksumCRC32C = upload.HasChecksums ? part.Checksum : null,
                })],
            }, watch.Token);
            // S3 may answer 200 and then an error; the object exists only when the answer names it.
            return S3Errors.RequireResult(reply.ETag, StoreRequest.Commit, upload.Key);
        }, cancellationToken);

    public async Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(StoreRequest.Abort, upload.Key, (client, watch) => client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = _store.Container, Key = upload.Key, UploadId = upload.Id }, watch.Token), cancellationToken);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.UploadVanished)
        {
            // Aborted or finished before: nothing is left to give up.
        }
    }

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = _store.Container, Prefix = prefix };
        for (var more = true; more;)
        {
            var page = await CallAsync(StoreRequest.ListUploads, prefix,
                (client, watch) => client.ListMultipartUploadsAsync(request, watch.Token), cancellationToken);
            foreach (var upload in page.MultipartUploads ?? [])
                yield return new UnfinishedUpload(upload.Key, upload.UploadId, upload.Initiated);
            more = page.IsTruncated == true;
            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(StoreRequest.Delete, key, (client, watch) => client.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = _store.Container, Key = key }, watch.Token), cancellationToken);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.ObjectNotFound)
        {
            // S3 answers 204 for what does not exist; some servers that speak its protocol do not.
        }
    }

    private async Task<T> CallAsync<T>(
        StoreRequest operation, string key, Func<AmazonS3Client, ActivityWatch, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var keys = await _credentials.GetAsync(cancellationToken);
        var client = ClientFor(keys);
        using var watch = new ActivityWatch(_timeouts, _time, cancellationToken);
        try
        {
            return await call(client, watch);
        }
        catch (Exception failure) when (failure is not RescaleException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var translated = _errors.Translate(failure, operation, key, watch.TimedOut);
            if (translated.Behavior == ErrorBehavior.RefreshCredentials) _credentials.Refuse(keys);
            throw translated;
        }
    }

    private AmazonS3Client ClientFor(S3Credentials keys)
    {
        if (_lease is { } lease && ReferenceEquals(lease.Keys, keys)) return lease.Client;
        // Requests that still run keep the client they began with; it holds nothing but memory.
        var fresh = new Lease(keys, S3ClientFactory.Create(_store, keys, _http));
        _lease = fresh;
        return fresh.Client;
    }

    public ValueTask DisposeAsync()
    {
        _lease?.Client.Dispose();
        _credentials.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed record Lease(S3Credentials Keys, AmazonS3Client Client);
}
