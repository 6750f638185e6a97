using System.Threading.Channels;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// The stages of an upload: read, hash, encrypt, send. They work on the same buffers in place, one piece behind the other,
/// each on a thread of its own.
/// </summary>
internal sealed class UploadPipeline(
    UploadRequest request, EngineResources engine, TransferEntry entry, UploadLedger ledger, MultipartSession session, SourceIdentity identity)
{
    public const int PieceSize = 1 << 20;
    private const int PiecesBetweenStages = 4;

    private readonly List<PooledBuffer> _buffers = [];
    private readonly long _mostBytes = identity.Length ?? (request.Source as IForwardSource)?.MostBytes ?? long.MaxValue;
    private long _length;

    /// <summary>Plaintext bytes that were read.</summary>
    public long Length => _length;

    /// <summary>The only part of a file that has just one. It is not sent.</summary>
    public UploadPart? Single { get; private set; }

    /// <summary>Plaintext bytes of the parts that an earlier run had sent, and that were only compared.</summary>
    public long Compared { get; private set; }

    /// <summary>Reads all of the source once. A part that the ledger has of an earlier run is made and compared, and not sent.</summary>
    /// <returns>Lower-case hex of its SHA-512; known when the scope has been joined.</returns>
    public Func<string> RunWhole(TaskScope scope)
    {
        var read = Stage();
        var hashed = Stage();
        var sha512 = "";
        scope.Run(() => ReadAsync([new PartRun(1, int.MaxValue)], read.Writer, scope.Token));
        scope.Run(async () => sha512 = await HashAsync(read.Reader, hashed.Writer, scope.Token));
        scope.Run(() => EncryptAsync(hashed.Reader, scope));
        return () => sha512;
    }

    /// <summary>Reads and encrypts some parts only, and sends those that the ledger has not; hashing is another's business.</summary>
    public void RunParts(IReadOnlyList<PartRun> runs, TaskScope scope)
    {
        var read = Stage();
        scope.Run(() => ReadAsync(runs, read.Writer, scope.Token));
        scope.Run(() => EncryptAsync(read.Reader, scope));
    }

    public async ValueTask<PooledBuffer> RentAsync(int size, CancellationToken cancellationToken)
    {
        var buffer = await entry.RentAsync(size, cancellationToken);
        lock (_buffers) _buffers.Add(buffer);
        return buffer;
    }

    public void ReleaseBuffers()
    {
        lock (_buffers)
        {
            foreach (var buffer in _buffers) buffer.Dispose();
        }
    }

    /// <summary>How many parts of this file may be in memory or on their way.</summary>
    private int PartsAtOnce()
    {
        var options = engine.Options;
        if (options.UploadShares == 1) return int.MaxValue;
        var byMemory = options.MemoryLimit / options.UploadShares / BufferPool.CapacityFor(ledger.Plan.PartSize + CipherBlock.Size);
        return (int)Math.Max(1, Math.Min(byMemory, engine.MostConnections / options.UploadShares));
    }

    private static Channel<UploadPiece> Stage() => Channel.CreateBounded<UploadPiece>(
        new BoundedChannelOptions(PiecesBetweenStages) { SingleReader = true, SingleWriter = true });

    private async Task ReadAsync(IReadOnlyList<PartRun> runs, ChannelWriter<UploadPiece> next, CancellationToken cancellationToken)
    {
        var turns = new ConcurrencyLimit(PartsAtOnce());
        foreach (var run in runs) await ReadRunAsync(run, turns, next, cancellationToken);
        next.Complete();
    }

    private async Task ReadRunAsync(PartRun run, ConcurrencyLimit turns, ChannelWriter<UploadPiece> next, CancellationToken cancellationToken)
    {
        var partSize = ledger.Plan.PartSize;
        var position = (run.First - 1L) * partSize;
        await using var reader = await PieceReader.OpenAsync(request.Source, identity, position, cancellationToken);
        var reading = request.Source is IRangeSource ? TransferWork.Reading : TransferWork.Making;
        var ended = false;
        for (var number = run.First; !ended && number <= run.Last; number++)
        {
            if (number > request.Store.Capabilities.MaximumParts)
                throw new RescaleException(ErrorIds.StorageNotSupported, ErrorKind.InvalidInput,
                    $"'{request.Source.DisplayName}' is longer than {request.Store.Capabilities.MaximumParts} parts of {partSize} bytes.",
                    "Split it.");
            var capacity = (int)Math.Min(partSize, _mostBytes - position);
            if (capacity <= 0 && number > run.First)
                throw LocalFileErrors.SourceChanged(request.Source.DisplayName, $"it has more than the {_mostBytes} bytes that it could have");
            // Before the memory: a part that waits for its turn holds none.
            var turn = await entry.WaitAsync(WaitReason.Connection, turns.EnterAsync(cancellationToken));
            var buffer = await RentAsync((number == 1 ? capacity : partSize) + CipherBlock.Size, cancellationToken);
            var part = new UploadPart(number, buffer, turn);
            for (var endsPart = false; !endsPart;)
            {
                var offset = part.PlainLength;
                var bytes = part.Buffer.Memory.Slice(offset, Math.Min(PieceSize, capacity - offset));
                int count;
                using (entry.BeginWork(reading)) (count, ended) = await reader.ReadAsync(bytes, cancellationToken);
                if (ledger.IsKept) part.PlainCrc = Crc32C.Append(part.PlainCrc, bytes.Span[..count]);
                part.PlainLength += count;
                endsPart = ended || part.PlainLength == capacity;
                var taken = next.WriteAsync(new UploadPiece(part, offset, count, endsPart, ended), cancellationToken);
                entry.OnRead(isAhead: !taken.IsCompletedSuccessfully);
                await taken;
            }

            position += part.PlainLength;
            _length += part.PlainLength;
        }
    }

    private async Task<string> HashAsync(
        ChannelReader<UploadPiece> pieces, ChannelWriter<UploadPiece> next, CancellationToken cancellationToken)
    {
        using var hasher = new Sha512Hasher();
        await foreach (var piece in pieces.ReadAllAsync(cancellationToken))
        {
            using (entry.BeginWork(TransferWork.Encrypting)) hasher.Append(piece.Plaintext);
            await next.WriteAsync(piece, cancellationToken);
        }

        next.Complete();
        return hasher.Finish();
    }

    private async Task EncryptAsync(ChannelReader<UploadPiece> pieces, TaskScope scope)
    {
        ChainedEncryptor? encryptor = null;
        var previous = 0;
        try
        {
            await foreach (var piece in pieces.ReadAllAsync(scope.Token))
            {
                var part = piece.Part;
                if (piece.Offset == 0)
                {
                    // Each run of parts goes on from the block that the part before it ends with.
                    if (encryptor is null || part.Number != previous + 1)
                    {
                        encryptor?.Dispose();
                        encryptor = new ChainedEncryptor(ledger.Plan.EncryptionKey,
                            part.Number == 1 ? ledger.Plan.Iv : ledger.Find(part.Number - 1)!.LastBlock);
                    }

                    previous = part.Number;
                }

                var target = part.Buffer.Memory.Span[piece.Offset..];
                using (entry.BeginWork(TransferWork.Encrypting))
                    part.CipherLength += piece.EndsFile
                        ? encryptor!.EncryptFinal(piece.Plaintext, target)
                        : encryptor!.Encrypt(piece.Plaintext, target);
                if (!piece.EndsPart) continue;
                if (ledger.Find(part.Number) is { } sent) Compare(part, sent);
                else if (piece is { EndsFile: true, Part.Number: 1 }) Single = part;
                else scope.Run(() => SendAsync(part, scope.Token));
            }
        }
        finally
        {
            encryptor?.Dispose();
        }
    }

    /// <summary>The last block of a chain depends on every byte before it: when it is the same, all of them are.</summary>
    /// <exception cref="CannotContinueException">Other bytes were sent.</exception>
    private void Compare(UploadPart part, FinishedPart sent)
    {
        if (sent.Length != part.CipherLength || !sent.LastBlock.AsSpan().SequenceEqual(part.Ciphertext.Span[^CipherBlock.Size..]))
            throw request.Source is IRangeSource ? MissingParts.Changed() : MissingParts.MadeOtherwise($"part {part.Number} differs");
        part.Buffer.Dispose();
        part.Turn?.Dispose();
        // Those of a source with ranges are counted before.
        if (request.Source is IRangeSource) return;
        Compared += part.PlainLength;
        entry.AddResumed(part.PlainLength);
    }

    private async Task SendAsync(UploadPart part, CancellationToken cancellationToken)
    {
        using var turn = part.Turn;
        using var buffer = part.Buffer;
        var upload = await session.BeginAsync();
        var stored = await entry.RequestAsync(RequestLane.Body,
            () => request.Store.WritePartAsync(upload, part.Number, part.Ciphertext, cancellationToken), cancellationToken);
        ledger.Add(new FinishedPart(part.Number, stored.ETag, stored.Checksum, part.CipherLength, part.PlainCrc,
            part.Ciphertext[^CipherBlock.Size..].ToArray()));
        entry.AddBytes(part.PlainLength);
    }
}

/// <summary>Parts that follow each other, both ends included; 1-based.</summary>
internal readonly record struct PartRun(int First, int Last);
