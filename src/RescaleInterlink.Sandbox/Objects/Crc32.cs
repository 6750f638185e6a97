using System.Buffers.Binary;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>CRC-32/ISO-HDLC, the checksum of zip and of x-amz-checksum-crc32. Eight bytes a step through eight tables.</summary>
internal sealed class Crc32 : IContentDigest
{
    /// <summary>The polynomial, bits reflected.</summary>
    public const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Tables = BuildTables();
    private uint _register = uint.MaxValue;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _register;
        ReadOnlySpan<uint> t = Tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[0x700 + (int)(low & 0xFF)] ^ t[0x600 + (int)(low >> 8 & 0xFF)]
                ^ t[0x500 + (int)(low >> 16 & 0xFF)] ^ t[0x400 + (int)(low >> 24)]
                ^ t[0x300 + (int)(high & 0xFF)] ^ t[0x200 + (int)(high >> 8 & 0xFF)]
                ^ t[0x100 + (int)(high >> 16 & 0xFF)] ^ t[(int)(high >> 24)];
        }

        foreach (var one in bytes) crc = t[(int)((crc ^ one) & 0xFF)] ^ crc >> 8;
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

    // Table k holds the effect of a byte that k more bytes follow.
    private static uint[] BuildTables()
    {
        var tables = new uint[8 * 256];
        for (var i = 0; i < tables.Length; i++)
        {
            var crc = i < 256 ? (uint)i : tables[i - 256];
            if (i >= 256) crc = tables[crc & 0xFF] ^ crc >> 8;
            else
                for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Polynomial;
            tables[i] = crc;
        }

        return tables;
    }
}
