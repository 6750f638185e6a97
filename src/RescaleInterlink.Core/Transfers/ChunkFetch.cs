using System.Threading.Channels;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// The chunks of one download: fetched on any free connection, decrypted on arrival and written where they belong, the
/// hash behind them. Those of an earlier run are read back beside it, and fetched again where they are damaged.
/// </summary>
internal sealed class ChunkFetch(
    DownloadRequest request, string etag, ObjectDecryptor decryptor, PartialFile file, DownloadResume resume, EngineResources engine, TransferEntry entry)
{
    // What a processor's own cache holds beside the rest of the work.
    private const int PieceSize = 128 << 10;

    /// <summary>What is still to be fetched, in the order of the file; open until the hash has passed the last chunk.</summary>
    private readonly Channel<CbcChunk> _missing = Channel.CreateUnbounded<CbcChunk>(new UnboundedChannelOptions { SingleReader = true });

    /// <returns>Lower-case hex SHA-512 of the plaintext.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var ledger = resume.Ledger;
        var frontier = new HashFrontier(file, ledger.Chunks.Count, OnDamaged);
        foreach (var chunk in ledger.Chunks)
        {
            if (ledger[chunk.Index] is { } checksum) frontier.AddFinished(chunk, checksum);
            else _missing.Writer.TryWrite(chunk);
        }

        entry.AddResumed(ledger.Received);
        var sha512 = "";
        using var scope = new TaskScope(cancellationToken);
        scope.Run(async () =>
        {
            sha512 = await frontier.RunAsync(scope.Token);
            _missing.Writer.Complete();
        });
        scope.Run(() => FetchAsync(frontier, scope));
        await scope.JoinAsync();
        return sha512;
    }

    private void OnDamaged(CbcChunk chunk)
    {
        resume.Forget(chunk);
        entry.Repeat(chunk.PlainLength);
        _missing.Writer.TryWrite(chunk);
    }

    /// <summary>Starts the chunks in their order, each as soon as there is memory and a connection for it.</summary>
    private async Task FetchAsync(HashFrontier frontier, TaskScope scope)
    {
        await foreach (var chunk in _missing.Reader.ReadAllAsync(scope.Token))
        {
            await entry.WaitAsync(WaitReason.Hash, frontier.WaitForRoomAsync(scope.Token));
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

            scope.Run(() => RunChunkAsync(chunk, buffer, connected, frontier, scope.Token));
        }
    }

    private async Task RunChunkAsync(
        CbcChunk chunk, PooledBuffer buffer, StorageRequest connected, HashFrontier frontier, CancellationToken cancellationToken)
    {
        var handedOver = false;
        try
        {
            var fetched = buffer.Memory[..chunk.FetchLength];
            using (connected)
            {
                await connected.RunAsync(async () =>
                {
                    await request.Store.ReadRangeAsync(request.Key, chunk.FetchOffset, fetched, etag, cancellationToken);
                    return true;
                });
            }

            var plaintext = fetched.Slice(chunk.FetchLength - chunk.CipherLength, chunk.PlainLength);
            using (await entry.WaitAsync(WaitReason.Disk, engine.Disk.EnterAsync(cancellationToken)))
                Write(chunk, fetched, cancellationToken);

            resume.Finish(chunk, plaintext);
            entry.AddBytes(plaintext.Length);
            // A chunk that the hash needs later is kept while nobody else wants the memory.
            handedOver = frontier.IsNext(chunk.Index) || frontier.MayKeep && !engine.Memory.IsScarce;
            frontier.Add(chunk, handedOver ? buffer : null, plaintext);
        }
        finally
        {
            if (!handedOver) buffer.Dispose();
        }
    }

    /// <summary>Decrypts and writes piece by piece on one thread: each is written from the cache that it was decrypted in.</summary>
    private void Write(CbcChunk chunk, Memory<byte> fetched, CancellationToken cancellationToken)
    {
        var offset = chunk.PlainOffset;
        using var decrypting = entry.BeginWork(TransferWork.Encrypting);
        foreach (var piece in decryptor.DecryptPieces(chunk, fetched, PieceSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (entry.BeginWork(TransferWork.Writing)) file.Write(offset, piece.Span);
            offset += piece.Length;
        }

        file.BeginFlush(chunk.PlainOffset, chunk.PlainLength);
    }
}
