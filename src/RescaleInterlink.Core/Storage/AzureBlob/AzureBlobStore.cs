using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage.AzureBlob;

/// <summary>
/// A container of Azure Blob storage. An upload has no id: its blocks hang on the blob's name until a commit names them, and those
/// that none names lapse after about 7 days. Repeats nothing; thread-safe.
/// </summary>
/// <remarks>Only this room names types of the SDK, so that its libraries are loaded when the first Azure store is opened.</remarks>
internal sealed class AzureBlobStore : IObjectStore
{
    private readonly SasTokens _tokens;
    private readonly BlobContainerClient _container;
    private readonly StoreTimeouts _timeouts;
    private readonly TimeProvider _time;
    private readonly AzureErrors _errors;

    /// <param name="tokens">Owned by this store.</param>
    /// <param name="http">Shared with other stores; not owned, and without a time-out of its own.</param>
    public AzureBlobStore(AzureStoreDescription store, SasTokens tokens, HttpClient http, StoreTimeouts? timeouts = null, TimeProvider? time = null)
    {
        _tokens = tokens;
        _container = AzureClientFactory.Create(store, http);
        _timeouts = timeouts ?? StoreTimeouts.Default;
        _time = time ?? TimeProvider.System;
        _errors = new AzureErrors(store, _time);
        // Block sizes since service version 2019-12-12.
        Capabilities = new StoreCapabilities("Azure", 1, 4000L << 20, 50_000, tokens.CoverContainer ? StoreFeatures.ListUploads : StoreFeatures.None);
    }

    public StoreCapabilities Capabilities { get; }

    public Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Head, key, async watch =>
        {
            var found = (await Blob(key).GetPropertiesAsync(cancellationToken: watch.Token)).Value;
            return new ObjectProperties(found.ContentLength, Text(found.ETag), found.LastModified,
                new Dictionary<string, string>(found.Metadata, StringComparer.OrdinalIgnoreCase));
        }, cancellationToken);

    public Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Get, key, async watch =>
        {
            using var reply = (await Blob(key).DownloadStreamingAsync(new BlobDownloadOptions
            {
                Range = destination.Length > 0 ? new HttpRange(offset, destination.Length) : default,
                Conditions = ifMatch is null ? null : new BlobRequestConditions { IfMatch = new ETag(ifMatch) },
            }, watch.Token)).Value;
            watch.Touch();
            RangeAnswer.Require(key, reply.Details.ContentRange, reply.Details.ContentLength, offset, destination.Length);
            await ResponseBody.FillAsync(reply.Content, destination, key, watch);
            return true;
        }, cancellationToken);

    public Task<ObjectProperties> ReadStartAsync(string key, Memory<byte> destination, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.Get, key, async watch =>
        {
            using var reply = (await Blob(key).DownloadStreamingAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, destination.Length) }, watch.Token)).Value;
            watch.Touch();
            var details = reply.Details;
            var (total, length) = RangeAnswer.RequireStart(key, details.ContentRange, details.ContentLength, destination.Length);
            await ResponseBody.FillAsync(reply.Content, destination[..length], key, watch);
            return new ObjectProperties(total, Text(details.ETag), details.LastModified,
                new Dictionary<string, string>(details.Metadata, StringComparer.OrdinalIgnoreCase));
        }, cancellationToken);

    /// <remarks>One block and one commit: the SDK's single request needs a library that not every package source has.</remarks>
    public async Task<WrittenObject> PutAsync(
        string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        // A block cannot be empty; a blob of no blocks is.
        var blocks = content.IsEmpty ? [] : new[] { BlockIds.Of(1) };
        if (!content.IsEmpty) await StageAsync(StoreRequest.Put, key, blocks[0], content, cancellationToken);
        return new WrittenObject(await CommitAsync(StoreRequest.Put, key, blocks, metadata, cancellationToken));
    }

    public Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new MultipartUpload(key, "", metadata));
    }

    public async Task<StoredPart> WritePartAsync(
        MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await StageAsync(StoreRequest.Part, upload.Key, BlockIds.Of(partNumber), content, cancellationToken);
        return new StoredPart(partNumber, "", content.Length);
    }

    /// <summary>Blocks that no commit has taken. An upload without any is one that may as well begin now.</summary>
    public async IAsyncEnumerable<StoredPart> ListPartsAsync(MultipartUpload upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlockList blocks;
        try
        {
            blocks = await CallAsync(StoreRequest.List, upload.Key, async watch =>
                (await Blob(upload.Key).GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: watch.Token)).Value, cancellationToken);
        }
        catch (RescaleException none) when (none.ErrorId == ErrorIds.ObjectNotFound)
        {
            yield break;
        }

        var parts = blocks.UncommittedBlocks
            .Select(block => (Number: BlockIds.PartNumberOf(block.Name), block.SizeLong))
            .Where(block => block.Number is not null)
            .OrderBy(block => block.Number);
        foreach (var (number, length) in parts) yield return new StoredPart(number!.Value, "", length);
    }

    /// <remarks>Doing it twice is harmless: the blocks of the first time are taken once more.</remarks>
    public Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) =>
        CommitAsync(StoreRequest.Commit, upload.Key, parts.Select(part => BlockIds.Of(part.PartNumber)), upload.Metadata, cancellationToken);

    /// <summary>Azure has no such request: blocks without a commit lapse by themselves.</summary>
    public Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_tokens.CoverContainer) yield break;
        for (string? marker = null; ;)
        {
            Page<BlobItem>? page;
            try
            {
                page = await ListPageAsync(prefix, marker, cancellationToken);
            }
            catch (RescaleException refused) when (refused is { ErrorId: ErrorIds.StorageCredentialsRejected, StatusCode: 403 })
            {
                // Credentials that may write need not be ones that may list.
                yield break;
            }

            foreach (var blob in page?.Values ?? [])
            {
                // The listing does not tell a blob without a commit from an empty one; its blocks do.
                if (blob.Properties.ContentLength is 0 or null && await HasOnlyLooseBlocksAsync(blob.Name, cancellationToken))
                    yield return new UnfinishedUpload(blob.Name, "", blob.Properties.CreatedOn ?? blob.Properties.LastModified);
            }

            marker = page?.ContinuationToken;
            if (string.IsNullOrEmpty(marker)) yield break;
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(StoreRequest.Delete, key, async watch => await Blob(key).DeleteAsync(cancellationToken: watch.Token), cancellationToken);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.ObjectNotFound)
        {
            // It is what was wanted.
        }
    }

    public ValueTask DisposeAsync()
    {
        _tokens.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<Response<BlockInfo>> StageAsync(StoreRequest request, string key, string blockId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(request, key, async watch =>
        {
            await using var body = new MemoryContentStream(content, watch);
            return await Blob(key).StageBlockAsync(blockId, body, new BlockBlobStageBlockOptions(), watch.Token);
        }, cancellationToken);

    private Task<string> CommitAsync(
        StoreRequest request, string key, IEnumerable<string> blocks, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        CallAsync(request, key, async watch =>
        {
            // The service may take its time to put the blocks together.
            watch.Pause();
            var options = new CommitBlockListOptions { Metadata = metadata.ToDictionary(pair => pair.Key, pair => pair.Value) };
            return Text((await Blob(key).CommitBlockListAsync(blocks, options, watch.Token)).Value.ETag);
        }, cancellationToken);

    private Task<Page<BlobItem>?> ListPageAsync(string prefix, string? marker, CancellationToken cancellationToken) =>
        CallAsync(StoreRequest.ListUploads, prefix, async watch =>
        {
            var pages = _container.GetBlobsAsync(BlobTraits.None, BlobStates.Uncommitted, prefix, watch.Token).AsPages(marker);
            await using var page = pages.GetAsyncEnumerator(watch.Token);
            return await page.MoveNextAsync() ? page.Current : null;
        }, cancellationToken);

    private async Task<bool> HasOnlyLooseBlocksAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(StoreRequest.List, key, async watch =>
            {
                var blocks = (await Blob(key).GetBlockListAsync(BlockListTypes.All, cancellationToken: watch.Token)).Value;
                return !blocks.CommittedBlocks.Any() && blocks.UncommittedBlocks.Any();
            }, cancellationToken);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.ObjectNotFound)
        {
            return false;
        }
    }

    private BlockBlobClient Blob(string key) => _container.GetBlockBlobClient(key);

    private async Task<T> CallAsync<T>(StoreRequest request, string key, Func<ActivityWatch, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var tokens = _tokens.For(key);
        var sas = await tokens.GetAsync(cancellationToken);
        using var watch = new ActivityWatch(_timeouts, _time, cancellationToken);
        using var scope = SasTransport.Use(sas);
        try
        {
            return await call(watch);
        }
        catch (Exception failure) when (failure is not RescaleException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var translated = _errors.Translate(failure, request, key, watch.TimedOut);
            if (translated.Behavior == ErrorBehavior.RefreshCredentials) tokens.Refuse(sas);
            throw translated;
        }
    }

    // Quoted, as the service sends it.
    private static string Text(ETag etag) => etag.ToString("H");
}
