using System.Buffers;
using System.Threading.Channels;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// SHA-512 over a file whose chunks arrive in any order: it follows the end of the contiguous prefix, from memory where
/// the chunk is still there, else from the file, which then is in the page cache. What an earlier run has left in the file
/// is read back in its turn, and proved by its checksum before it counts.
/// </summary>
/// <param name="chunkCount">Chunks of the whole file; the hash is done after as many.</param>
/// <param name="onDamaged">Told of a chunk whose bytes in the file are not those that were written; it is then expected again.</param>
internal sealed class HashFrontier(PartialFile file, int chunkCount, Action<CbcChunk> onDamaged)
{
    // Not from the budget: taking that while chunks hold it could leave every file waiting for another.
    private const int RereadSize = 256 << 10;

    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private int _next;
    private int _unproved;

    /// <summary>Whether this chunk is the one that the hash waits for.</summary>
    public bool IsNext(int index) => Volatile.Read(ref _next) == index;

    /// <summary>
    /// Whether chunks may be kept in memory ahead of their turn. Not while one before them may have to be fetched again: the memory
    /// for it could then be held by those that wait for it.
    /// </summary>
    public bool MayKeep => Volatile.Read(ref _unproved) == 0;

    /// <summary>Says that a chunk is in the file.</summary>
    /// <param name="buffer">Given over when it still holds the chunk; null when it is to be read back.</param>
    public void Add(in CbcChunk chunk, PooledBuffer? buffer, ReadOnlyMemory<byte> plaintext)
    {
        if (!_arrivals.Writer.TryWrite(new Arrival(chunk, buffer, plaintext, null))) buffer?.Dispose();
    }

    /// <summary>Says that an earlier run has written a chunk. Call it before <see cref="RunAsync"/>.</summary>
    /// <param name="checksum">CRC32C of its plaintext.</param>
    public void AddFinished(in CbcChunk chunk, uint checksum)
    {
        _unproved++;
        _arrivals.Writer.TryWrite(new Arrival(chunk, null, default, checksum));
    }

    /// <summary>Runs until the last chunk has been hashed.</summary>
    /// <returns>Lower-case hex.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var waiting = new Dictionary<int, Arrival>();
        var damaged = -1;
        using var hasher = new Sha512Hasher();
        try
        {
            while (_next < chunkCount)
            {
                var arrival = await _arrivals.Reader.ReadAsync(cancellationToken);
                waiting.Add(arrival.Chunk.Index, arrival);
                while (waiting.Remove(_next, out var next))
                {
                    if (await IsDamagedAsync(next, cancellationToken))
                    {
                        damaged = next.Chunk.Index;
                        onDamaged(next.Chunk);
                        break;
                    }

                    await HashAsync(hasher, next, cancellationToken);
                    if (next.Checksum is not null || damaged == _next) Interlocked.Decrement(ref _unproved);
                    Interlocked.Increment(ref _next);
                }
            }

            return hasher.Finish();
        }
        finally
        {
            _arrivals.Writer.TryComplete();
            foreach (var arrival in waiting.Values) arrival.Buffer?.Dispose();
            while (_arrivals.Reader.TryRead(out var late)) late.Buffer?.Dispose();
        }
    }

    private async Task<bool> IsDamagedAsync(Arrival arrival, CancellationToken cancellationToken)
    {
        if (arrival.Checksum is not { } expected) return false;
        var actual = 0u;
        await ReadBackAsync(arrival.Chunk, bytes => actual = Crc32C.Append(actual, bytes.Span), cancellationToken);
        return actual != expected;
    }

    private async Task HashAsync(Sha512Hasher hasher, Arrival arrival, CancellationToken cancellationToken)
    {
        using (arrival.Buffer)
        {
            if (arrival.Buffer is not null) hasher.Append(arrival.Plaintext.Span);
            else await ReadBackAsync(arrival.Chunk, bytes => hasher.Append(bytes.Span), cancellationToken);
        }
    }

    private async Task ReadBackAsync(CbcChunk chunk, Action<ReadOnlyMemory<byte>> use, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RereadSize);
        try
        {
            for (var done = 0; done < chunk.PlainLength;)
            {
                var count = await file.ReadAsync(chunk.PlainOffset + done,
                    buffer.AsMemory(0, Math.Min(buffer.Length, chunk.PlainLength - done)), cancellationToken);
                if (count == 0)
                    throw new RescaleException(ErrorIds.DestinationUnwritable, ErrorKind.LocalFile,
                        "What was written could not be read back.", "Check the disk, then receive the file again.");
                use(buffer.AsMemory(0, count));
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="Checksum">Of a chunk of an earlier run; null for one of this run.</param>
    private readonly record struct Arrival(CbcChunk Chunk, PooledBuffer? Buffer, ReadOnlyMemory<byte> Plaintext, uint? Checksum);
}
