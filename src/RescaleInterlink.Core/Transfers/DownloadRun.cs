using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// One download: properties, format, size, tail probe; then chunks on any free connection, decrypted on arrival and
/// written where they belong, the hash behind them; then length, hash, flush, rename.
/// </summary>
internal sealed class DownloadRun(DownloadRequest request, EngineResources engine, TransferEntry entry)
{
    private ObjectProperties _properties = null!;

    public async Task<DownloadResult> RunAsync(CancellationToken cancellationToken)
    {
        PartialFile.CheckDestination(request.Destination, request.Overwrite);
        _properties = await entry.RequestAsync(RequestLane.Short,
            () => request.Store.GetPropertiesAsync(request.Key, cancellationToken), cancellationToken);
        var encryption = ObjectEncryption.Detect(_properties.Metadata);
        // The Go tool stores an empty file without its padding block when it encrypts first (interop storage 12.6).
        if (_properties.Length == 0 && request.Length == 0) return await RunEmptyAsync(cancellationToken);
        DownloadChecks.RequireSize(request, encryption, _properties.Length);
        var layout = CbcLayout.Of(encryption, _properties.Length);
        using var decryptor = new ObjectDecryptor(encryption, request.EncryptionKey, request.RecordIv);
        var chunkSize = ChunkSize();
        return layout.ChainCount == 1 && layout.CiphertextLength <= chunkSize + CipherBlock.Size
            ? await RunWholeAsync(layout, decryptor, cancellationToken)
            : await RunChunksAsync(layout, decryptor, chunkSize, cancellationToken);
    }

    private int ChunkSize()
    {
        return engine.ChunkSize;
    }

    private async Task<DownloadResult> RunEmptyAsync(CancellationToken cancellationToken)
    {
        using var hasher = new Sha512Hasher();
        using var file = PartialFile.Create(request.Destination, 0);
        return await CommitAsync(file, 0, hasher.Finish(), cancellationToken);
    }

    /// <summary>An object of one chunk: fetched at once, so that its own padding is the probe.</summary>
    private async Task<DownloadResult> RunWholeAsync(CbcLayout layout, ObjectDecryptor decryptor, CancellationToken cancellationToken)
    {
        var size = (int)layout.CiphertextLength;
        using var buffer = await entry.RentAsync(size, cancellationToken);
        var content = buffer.Memory[..size];
        await FetchAsync(RequestLane.Body, 0, content, cancellationToken);
        var chunk = new CbcChunk(0, 0, 0, size, false, 0, size);
        var padding = Padding.Measure(decryptor.Decrypt(chunk, content).Span);
        DownloadChecks.RequirePadding(request, padding);
        var plaintext = content[..(size - padding)];
        entry.SetTotal(plaintext.Length);

        using var hasher = new Sha512Hasher();
        hasher.Append(plaintext.Span);
        var sha512 = hasher.Finish();
        DownloadChecks.RequireHash(request, sha512);
        using var file = PartialFile.Create(request.Destination, plaintext.Length);
        await file.WriteAsync(0, plaintext, cancellationToken);
        entry.AddBytes(plaintext.Length);
        return await CommitAsync(file, plaintext.Length, sha512, cancellationToken);
    }

    private async Task<DownloadResult> RunChunksAsync(
        CbcLayout layout, ObjectDecryptor decryptor, int chunkSize, CancellationToken cancellationToken)
    {
        var length = layout.PlaintextLength(await ProbeAsync(layout, decryptor, cancellationToken));
        entry.SetTotal(length);
        using var file = PartialFile.Create(request.Destination, length);
        var frontier = new HashFrontier(file);
        var sha512 = "";
        using var scope = new TaskScope(cancellationToken);
        scope.Run(async () => sha512 = await frontier.RunAsync(scope.Token));
        scope.Run(() => FetchChunksAsync(layout.Chunks(length, chunkSize), decryptor, file, frontier, scope));
        await scope.JoinAsync();
        return await CommitAsync(file, length, sha512, cancellationToken);
    }

    private async Task<int> ProbeAsync(CbcLayout layout, ObjectDecryptor decryptor, CancellationToken cancellationToken)
    {
        var tail = new byte[(int)Math.Min(2 * CipherBlock.Size, layout.CiphertextLength - layout.LastChainOffset)];
        await FetchAsync(RequestLane.Short, layout.CiphertextLength - tail.Length, tail, cancellationToken);
        var padding = decryptor.ProbePadding(layout, tail);
        DownloadChecks.RequirePadding(request, padding);
        return padding;
    }

    /// <summary>Starts the chunks in their order, each as soon as there is memory and a connection for it.</summary>
    private async Task FetchChunksAsync(
        IEnumerable<CbcChunk> chunks, ObjectDecryptor decryptor, PartialFile file, HashFrontier frontier, TaskScope scope)
    {
        var open = 1;
        foreach (var chunk in chunks)
        {
            var buffer = await entry.RentAsync(chunk.FetchLength, scope.Token);
            StorageRequest connected;
            try
            {
                connected = await entry.EnterAsync(RequestLane.Body, scope.Token);
            }
            catch
            {
                buffer.Dispose();
                throw;
            }

            Interlocked.Increment(ref open);
            scope.Run(async () =>
            {
                await RunChunkAsync(chunk, buffer, connected, decryptor, file, frontier, scope.Token);
                if (Interlocked.Decrement(ref open) == 0) frontier.Complete();
            });
        }

        if (Interlocked.Decrement(ref open) == 0) frontier.Complete();
    }

    private async Task RunChunkAsync(
        CbcChunk chunk, PooledBuffer buffer, StorageRequest connected, ObjectDecryptor decryptor, PartialFile file, HashFrontier frontier,
        CancellationToken cancellationToken)
    {
        var handedOver = false;
        try
        {
            var fetched = buffer.Memory[..chunk.FetchLength];
            using (connected) await connected.RunAsync(() => ReadAsync(chunk.FetchOffset, fetched, cancellationToken));
            var plaintext = decryptor.Decrypt(chunk, fetched);
            using (await entry.WaitAsync(WaitReason.Disk, engine.Disk.EnterAsync(cancellationToken)))
                await file.WriteAsync(chunk.PlainOffset, plaintext, cancellationToken);
            entry.AddBytes(plaintext.Length);
            // A chunk that the hash needs later is kept while nobody else wants the memory.
            handedOver = frontier.IsNext(chunk.Index) || !engine.Memory.IsScarce;
            frontier.Add(chunk, handedOver ? buffer : null, plaintext);
        }
        finally
        {
            if (!handedOver) buffer.Dispose();
        }
    }

    private Task<bool> FetchAsync(RequestLane lane, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        entry.RequestAsync(lane, () => ReadAsync(offset, destination, cancellationToken), cancellationToken);

    private async Task<bool> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await request.Store.ReadRangeAsync(request.Key, offset, destination, _properties.ETag, cancellationToken);
        return true;
    }

    private async Task<DownloadResult> CommitAsync(PartialFile file, long length, string sha512, CancellationToken cancellationToken)
    {
        entry.Verify();
        DownloadChecks.RequireHash(request, sha512);
        await file.CommitAsync(request.Overwrite, cancellationToken);
        return new DownloadResult(request.Destination, length, sha512,
            request.Sha512 is null ? Integrity.Unverifiable : Integrity.Verified);
    }
}
