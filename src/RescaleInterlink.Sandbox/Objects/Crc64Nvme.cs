using System.Buffers.Binary;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>CRC-64/NVME, the checksum of x-amz-checksum-crc64nvme. Eight bytes a step through eight tables.</summary>
internal sealed class Crc64Nvme : IContentDigest
{
    /// <summary>The polynomial, bits reflected.</summary>
    public const ulong Polynomial = 0x9A6C9329AC4BC9B5;

    private static readonly ulong[] Tables = BuildTables();
    private ulong _register = ulong.MaxValue;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _register;
        ReadOnlySpan<ulong> t = Tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = t[0x700 + (int)(crc & 0xFF)] ^ t[0x600 + (int)(crc >> 8 & 0xFF)]
                ^ t[0x500 + (int)(crc >> 16 & 0xFF)] ^ t[0x400 + (int)(crc >> 24 & 0xFF)]
                ^ t[0x300 + (int)(crc >> 32 & 0xFF)] ^ t[0x200 + (int)(crc >> 40 & 0xFF)]
                ^ t[0x100 + (int)(crc >> 48 & 0xFF)] ^ t[(int)(crc >> 56)];
        }

        foreach (var one in bytes) crc = t[(int)((crc ^ one) & 0xFF)] ^ crc >> 8;
        _register = crc;
    }

    public byte[] Finish()
    {
        var result = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(result, ~_register);
        return result;
    }

    public void Dispose()
    {
    }

    // Table k holds the effect of a byte that k more bytes follow.
    private static ulong[] BuildTables()
    {
        var tables = new ulong[8 * 256];
        for (var i = 0; i < tables.Length; i++)
        {
            var crc = i < 256 ? (ulong)i : tables[i - 256];
            if (i >= 256) crc = tables[crc & 0xFF] ^ crc >> 8;
            else
                for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Polynomial;
            tables[i] = crc;
        }

        return tables;
    }
}
