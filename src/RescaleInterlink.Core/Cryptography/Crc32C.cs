using System.Buffers.Binary;
using System.Numerics;

namespace RescaleInterlink.Cryptography;

/// <summary>CRC32C (Castagnoli), by the processor's own instruction: about 7 GiB/s of one core. It finds damage, not malice.</summary>
public static class Crc32C
{
    /// <summary>The checksum of some bytes, as stores and RFC 3720 write it.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of everything so far and these bytes; it begins with 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var state = ~checksum;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) state = BitOperations.Crc32C(state, one);
        return ~state;
    }
}
