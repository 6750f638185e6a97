using System.Buffers.Binary;
using RescaleInterlink.Cryptography;

namespace RescaleInterlink.Transfers;

/// <summary>Which chunks of a download are in its partial file, and the CRC32C of the plaintext of each. Thread-safe.</summary>
internal sealed class ChunkLedger(IReadOnlyList<CbcChunk> chunks)
{
    private readonly object _lock = new();
    private readonly byte[] _finished = new byte[(chunks.Count + 7) / 8];
    private readonly uint[] _checksums = new uint[chunks.Count];
    private long _received;

    public IReadOnlyList<CbcChunk> Chunks => chunks;

    /// <summary>Plaintext bytes of the finished chunks.</summary>
    public long Received
    {
        get
        {
            lock (_lock) return _received;
        }
    }

    /// <summary>The checksum of a chunk, or null while it is not finished.</summary>
    public uint? this[int index]
    {
        get
        {
            lock (_lock) return IsFinished(index) ? _checksums[index] : null;
        }
    }

    public void Finish(int index, uint checksum)
    {
        lock (_lock)
        {
            if (!IsFinished(index)) _received += chunks[index].PlainLength;
            _finished[index / 8] |= (byte)(1 << index % 8);
            _checksums[index] = checksum;
        }
    }

    /// <summary>What the file holds of this chunk is not what was written.</summary>
    public void Forget(int index)
    {
        lock (_lock)
        {
            if (!IsFinished(index)) return;
            _received -= chunks[index].PlainLength;
            _finished[index / 8] &= (byte)~(1 << index % 8);
        }
    }

    /// <summary>All of it as a checkpoint keeps it: 4 bytes and a bit for each chunk, whatever the file's length.</summary>
    /// <returns>One bit for each chunk, lowest bit first; little-endian checksums, 0 where the bit is not set.</returns>
    public (byte[] Finished, byte[] Checksums, long Received) Save()
    {
        lock (_lock)
        {
            var checksums = new byte[_checksums.Length * sizeof(uint)];
            for (var i = 0; i < _checksums.Length; i++)
                if (IsFinished(i)) BinaryPrimitives.WriteUInt32LittleEndian(checksums.AsSpan(i * sizeof(uint)), _checksums[i]);
            return ([.. _finished], checksums, _received);
        }
    }

    /// <returns>False when this was not saved for a file of as many chunks.</returns>
    public bool TryLoad(byte[] finished, byte[] checksums)
    {
        if (finished.Length != _finished.Length || checksums.Length != _checksums.Length * sizeof(uint)) return false;
        for (var i = 0; i < chunks.Count; i++)
            if ((finished[i / 8] & 1 << i % 8) != 0) Finish(i, BinaryPrimitives.ReadUInt32LittleEndian(checksums.AsSpan(i * sizeof(uint))));
        return true;
    }

    private bool IsFinished(int index) => (_finished[index / 8] & 1 << index % 8) != 0;
}
