using System.Buffers;
using System.Threading.Channels;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// SHA-512 over a file whose chunks arrive in any order: it follows the end of the contiguous prefix, from memory where
/// the chunk is still there, else from the file, which then is in the page cache.
/// </summary>
internal sealed class HashFrontier(PartialFile file)
{
    // Not from the budget: taking that while chunks hold it could leave every file waiting for another.
    private const int RereadSize = 128 << 10;

    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private int _next;

    /// <summary>Whether this chunk is the one that the hash waits for.</summary>
    public bool IsNext(int index) => Volatile.Read(ref _next) == index;

    /// <summary>Says that a chunk is in the file.</summary>
    /// <param name="buffer">Given over when it still holds the chunk; null when it is to be read back.</param>
    public void Add(in CbcChunk chunk, PooledBuffer? buffer, ReadOnlyMemory<byte> plaintext)
    {
        if (!_arrivals.Writer.TryWrite(new Arrival(chunk, buffer, plaintext))) buffer?.Dispose();
    }

    /// <summary>Says that no more chunks come.</summary>
    public void Complete() => _arrivals.Writer.TryComplete();

    /// <summary>Runs until the last chunk has been hashed.</summary>
    /// <returns>Lower-case hex.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var waiting = new Dictionary<int, Arrival>();
        using var hasher = new Sha512Hasher();
        try
        {
            await foreach (var arrival in _arrivals.Reader.ReadAllAsync(cancellationToken))
            {
                waiting.Add(arrival.Chunk.Index, arrival);
                while (waiting.Remove(_next, out var next))
                {
                    using (next.Buffer)
                    {
                        if (next.Buffer is not null) hasher.Append(next.Plaintext.Span);
                        else await HashFromFileAsync(hasher, next.Chunk, cancellationToken);
                    }

                    Interlocked.Increment(ref _next);
                }
            }

            return hasher.Finish();
        }
        finally
        {
            Complete();
            foreach (var arrival in waiting.Values) arrival.Buffer?.Dispose();
            while (_arrivals.Reader.TryRead(out var late)) late.Buffer?.Dispose();
        }
    }

    private async Task HashFromFileAsync(Sha512Hasher hasher, CbcChunk chunk, CancellationToken cancellationToken)
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
                hasher.Append(buffer.AsSpan(0, count));
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private readonly record struct Arrival(CbcChunk Chunk, PooledBuffer? Buffer, ReadOnlyMemory<byte> Plaintext);
}
