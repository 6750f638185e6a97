using System.Buffers.Binary;
using System.Numerics;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>CRC-32C (Castagnoli), the checksum of x-amz-checksum-crc32c, by the processor's own instruction where there is one.</summary>
internal sealed class Crc32C : IContentDigest
{
    private uint _register = uint.MaxValue;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _register;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        _register = crc;
    }

    public byte[] Finish()
    {
        var result = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(result, ~_register);
        return result;
    }

    public void Dispose()
    {
    }
}
