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

    // Started and not hashed yet, while the hash has work. More of them only cost memory, and take the processor from the hash.
    private const int MostAhead = 16;

    // While the hash waits for a chunk that is late, more get ahead of it; what comes beyond these is read back.
    private const int MostKept = 32;

    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly object _lock = new();
    private int _next;
    private int _unproved;
    private int _kept;
    private int _ahead;
    private bool _busy;
    private TaskCompletionSource? _room;

    /// <summary>Whether this chunk is the one that the hash waits for.</summary>
    public bool IsNext(int index) => Volatile.Read(ref _next) == index;

    /// <summary>
    /// Whether chunks may be kept in memory ahead of their turn. Not while one before them may have to be fetched again: the memory
    /// for it could then be held by those that wait for it.
    /// </summary>
    public bool MayKeep => Volatile.Read(ref _unproved) == 0 && Volatile.Read(ref _kept) < MostKept;

    /// <summary>
    /// Waits while the hash is behind: fetching faster than it can follow fills the memory and takes the processor from it. It waits
    /// neither for a chunk that is not there yet nor while something is read back. From then on one more chunk is on its way to
    /// <see cref="Add"/>.
    /// </summary>
    /// <returns>True.</returns>
    public async ValueTask<bool> WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (!_busy || _ahead < MostAhead)
                {
                    _ahead++;
                    return true;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Says that a chunk is in the file.</summary>
    /// <param name="buffer">Given over when it still holds the chunk; null when it is to be read back.</param>
    public void Add(in CbcChunk chunk, PooledBuffer? buffer, ReadOnlyMemory<byte> plaintext)
    {
        if (buffer is not null) Interlocked.Increment(ref _kept);
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
                if (!_arrivals.Reader.TryRead(out var arrival))
                {
                    Note(busy: false);
                    arrival = await _arrivals.Reader.ReadAsync(cancellationToken);
                }

                waiting.Add(arrival.Chunk.Index, arrival);
                while (waiting.Remove(_next, out var next))
                {
                    if (await IsDamagedAsync(next, cancellationToken))
                    {
                        damaged = next.Chunk.Index;
                        onDamaged(next.Chunk);
                        break;
                    }

                    Note(busy: next.Buffer is not null);
                    await HashAsync(hasher, next, cancellationToken);
                    if (next.Buffer is not null) Interlocked.Decrement(ref _kept);
                    if (next.Checksum is null) PassOne();
                    if (next.Checksum is not null || damaged == _next) Interlocked.Decrement(ref _unproved);
                    Interlocked.Increment(ref _next);
                }
            }

            return hasher.Finish();
        }
        finally
        {
            Note(busy: false);
            _arrivals.Writer.TryComplete();
            foreach (var arrival in waiting.Values) arrival.Buffer?.Dispose();
            while (_arrivals.Reader.TryRead(out var late)) late.Buffer?.Dispose();
        }
    }

    private void PassOne()
    {
        lock (_lock)
        {
            _ahead--;
            LetIn();
        }
    }

    private void Note(bool busy)
    {
        lock (_lock)
        {
            _busy = busy;
            LetIn();
        }
    }

    private void LetIn()
    {
        if (_busy && _ahead >= MostAhead) return;
        _room?.TrySetResult();
        _room = null;
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
