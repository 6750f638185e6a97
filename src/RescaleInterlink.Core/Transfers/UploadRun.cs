using System.Security.Cryptography;
using System.Threading.Channels;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// One upload: read once, hash on one thread, encrypt on another, send parts on any free connection, commit. The stages
/// work on the same buffers in place, one piece behind the other.
/// </summary>
internal sealed class UploadRun(UploadRequest request, EngineResources engine, TransferEntry entry)
{
    private const int PieceSize = 1 << 20;
    private const int PiecesBetweenStages = 4;

    private readonly byte[] _key = KeyMaterial.NewKey();
    private readonly byte[] _iv = KeyMaterial.NewIv();
    private readonly List<PooledBuffer> _buffers = [];
    private readonly List<StoredPart> _stored = [];
    private MultipartSession? _session;
    private Dictionary<string, string> _metadata = [];
    private long _length;

    public async Task<UploadResult> RunAsync(CancellationToken cancellationToken)
    {
        var identity = await request.Source.GetIdentityAsync(cancellationToken);
        if (identity.Length is { } total) entry.SetTotal(total);
        var partSize = ChoosePartSize(identity.Length);
        _metadata = new Dictionary<string, string>(ObjectEncryption.ForUpload(_iv, partSize).ToMetadata(), StringComparer.OrdinalIgnoreCase);
        try
        {
            var sha512 = identity.Length <= PieceSize && identity.Length <= partSize
                ? await RunSmallAsync(identity, (int)identity.Length.Value, cancellationToken)
                : await RunPipelineAsync(identity, partSize, cancellationToken);
            return new UploadResult(request.Key, _key, _iv, _length, sha512, Math.Max(_stored.Count, 1));
        }
        catch
        {
            CryptographicOperations.ZeroMemory(_key);
            throw;
        }
    }

    private int ChoosePartSize(long? length)
    {
        var options = engine.Options;
        if (options.PartSize is { } chosen) return chosen;
        var store = request.Store.Capabilities;
        // Of a stream without a length nothing is known but that it may be long.
        var size = length is { } known
            ? PartSizes.ForUpload(known, options.MemoryLimit, store.MinimumPartSize, store.MaximumPartSize, store.MaximumParts)
            : Math.Min(PartSizes.Maximum, options.MemoryLimit / 2 / PartSizes.MiB * PartSizes.MiB);
        // .NET arrays end below 2 GiB.
        if (size > Array.MaxLength - CipherBlock.Size || BufferPool.CapacityFor((int)size + CipherBlock.Size) > options.MemoryLimit)
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput,
                $"A file of this length needs parts of {size} bytes, which do not fit in the memory limit of {options.MemoryLimit} bytes.",
                "Allow more memory.");
        return (int)size;
    }

    /// <summary>How many parts of this file may be in memory or on their way.</summary>
    private int PartsAtOnce(int partSize)
    {
        var options = engine.Options;
        if (options.UploadShares == 1) return int.MaxValue;
        var byMemory = options.MemoryLimit / options.UploadShares / BufferPool.CapacityFor(partSize + CipherBlock.Size);
        return (int)Math.Max(1, Math.Min(byMemory, engine.MostConnections / options.UploadShares));
    }

    /// <summary>A file of one piece: nothing to overlap, so no stages.</summary>
    private async Task<string> RunSmallAsync(SourceIdentity identity, int length, CancellationToken cancellationToken)
    {
        using var buffer = await RentAsync(length + CipherBlock.Size, cancellationToken);
        await using var reader = await PieceReader.OpenAsync(request.Source, identity, cancellationToken);
        var part = new UploadPart(1, buffer) { PlainLength = length };
        await reader.ReadAsync(buffer.Memory[..length], cancellationToken);
        using var hasher = new Sha512Hasher();
        hasher.Append(buffer.Memory.Span[..length]);
        using var encryptor = new ChainedEncryptor(_key, _iv);
        part.CipherLength = encryptor.EncryptFinal(buffer.Memory.Span[..length], buffer.Memory.Span);
        _length = length;
        await PutAsync(part, identity, cancellationToken);
        return hasher.Finish();
    }

    private async Task<string> RunPipelineAsync(SourceIdentity identity, int partSize, CancellationToken cancellationToken)
    {
        var scope = new TaskScope(cancellationToken);
        _session = new MultipartSession(request, _metadata, entry, cancellationToken);
        try
        {
            var read = Stage();
            var hashed = Stage();
            UploadPart? single = null;
            var sha512 = "";
            if (identity.Length > partSize) scope.Run(() => _session.BeginAsync());
            scope.Run(() => ReadAsync(identity, partSize, read.Writer, scope.Token));
            scope.Run(async () => sha512 = await HashAsync(read.Reader, hashed.Writer, scope.Token));
            scope.Run(async () => single = await EncryptAsync(hashed.Reader, scope));
            await scope.JoinAsync();

            entry.Verify();
            if (single is not null)
            {
                await PutAsync(single, identity, cancellationToken);
            }
            else
            {
                await RequireUnchangedAsync(identity, cancellationToken);
                _stored.Sort((a, b) => a.PartNumber.CompareTo(b.PartNumber));
                await _session.CommitAsync(_stored, cancellationToken);
            }

            return sha512;
        }
        catch
        {
            await _session.AbortAsync(stopped: cancellationToken.IsCancellationRequested);
            throw;
        }
        finally
        {
            // At once, unless a straggler still works on them.
            _ = scope.AllEnded.ContinueWith(_ => ReleaseBuffers(), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            scope.Dispose();
        }
    }

    private static Channel<UploadPiece> Stage() => Channel.CreateBounded<UploadPiece>(
        new BoundedChannelOptions(PiecesBetweenStages) { SingleReader = true, SingleWriter = true });

    private async Task ReadAsync(SourceIdentity identity, int partSize, ChannelWriter<UploadPiece> next, CancellationToken cancellationToken)
    {
        await using var reader = await PieceReader.OpenAsync(request.Source, identity, cancellationToken);
        var turns = new ConnectionGate(PartsAtOnce(partSize));
        var ended = false;
        for (var number = 1; !ended; number++)
        {
            if (number > request.Store.Capabilities.MaximumParts)
                throw new RescaleException(ErrorIds.StorageNotSupported, ErrorKind.InvalidInput,
                    $"'{request.Source.DisplayName}' is longer than {request.Store.Capabilities.MaximumParts} parts of {partSize} bytes.",
                    "Split it.");
            var capacity = (int)Math.Min(partSize, (identity.Length ?? long.MaxValue) - _length);
            // Before the memory: a part that waits for its turn holds none.
            var turn = await entry.WaitAsync(WaitReason.Connection, turns.EnterAsync(cancellationToken));
            var buffer = await RentAsync((number == 1 ? capacity : partSize) + CipherBlock.Size, cancellationToken);
            var part = new UploadPart(number, buffer, turn);
            for (var endsPart = false; !endsPart;)
            {
                var offset = part.PlainLength;
                (var count, ended) = await reader.ReadAsync(
                    part.Buffer.Memory.Slice(offset, Math.Min(PieceSize, capacity - offset)), cancellationToken);
                part.PlainLength += count;
                endsPart = ended || part.PlainLength == capacity;
                await next.WriteAsync(new UploadPiece(part, offset, count, endsPart, ended), cancellationToken);
            }

            _length += part.PlainLength;
        }

        next.Complete();
    }

    private static async Task<string> HashAsync(
        ChannelReader<UploadPiece> pieces, ChannelWriter<UploadPiece> next, CancellationToken cancellationToken)
    {
        using var hasher = new Sha512Hasher();
        await foreach (var piece in pieces.ReadAllAsync(cancellationToken))
        {
            hasher.Append(piece.Plaintext);
            await next.WriteAsync(piece, cancellationToken);
        }

        next.Complete();
        return hasher.Finish();
    }

    /// <returns>The part of a file that has only one, which is not sent before the source has been compared; else null.</returns>
    private async Task<UploadPart?> EncryptAsync(ChannelReader<UploadPiece> pieces, TaskScope scope)
    {
        using var encryptor = new ChainedEncryptor(_key, _iv);
        await foreach (var piece in pieces.ReadAllAsync(scope.Token))
        {
            var target = piece.Part.Buffer.Memory.Span[piece.Offset..];
            piece.Part.CipherLength += piece.EndsFile
                ? encryptor.EncryptFinal(piece.Plaintext, target)
                : encryptor.Encrypt(piece.Plaintext, target);
            if (!piece.EndsPart) continue;
            if (piece is { EndsFile: true, Part.Number: 1 }) return piece.Part;
            scope.Run(() => SendAsync(piece.Part, scope.Token));
        }

        return null;
    }

    private async Task SendAsync(UploadPart part, CancellationToken cancellationToken)
    {
        using var turn = part.Turn;
        using var buffer = part.Buffer;
        var upload = await _session!.BeginAsync();
        var stored = await entry.RequestAsync(RequestLane.Body,
            () => request.Store.WritePartAsync(upload, part.Number, part.Ciphertext, cancellationToken), cancellationToken);
        lock (_stored) _stored.Add(stored);
        entry.AddBytes(part.PlainLength);
    }

    private async Task PutAsync(UploadPart part, SourceIdentity identity, CancellationToken cancellationToken)
    {
        await RequireUnchangedAsync(identity, cancellationToken);
        await entry.RequestAsync(RequestLane.Body,
            () => request.Store.PutAsync(request.Key, part.Ciphertext, _metadata, cancellationToken), cancellationToken);
        entry.AddBytes(part.PlainLength);
    }

    private async Task RequireUnchangedAsync(SourceIdentity before, CancellationToken cancellationToken)
    {
        if (before.Length is { } length && length != _length)
            throw LocalFileErrors.SourceChanged(request.Source.DisplayName, $"{_length} bytes were read of {length}");
        if (await request.Source.GetIdentityAsync(cancellationToken) != before)
            throw LocalFileErrors.SourceChanged(request.Source.DisplayName, "its length or time differs from before");
    }

    private async ValueTask<PooledBuffer> RentAsync(int size, CancellationToken cancellationToken)
    {
        var buffer = await entry.RentAsync(size, cancellationToken);
        lock (_buffers) _buffers.Add(buffer);
        return buffer;
    }

    private void ReleaseBuffers()
    {
        lock (_buffers)
        {
            foreach (var buffer in _buffers) buffer.Dispose();
        }
    }
}
