using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// A CRC of 32 or 64 bits in the usual reflected form, with all ones as initial value and final complement: CRC-32/ISO-HDLC (zip,
/// x-amz-checksum-crc32) and CRC-64/NVME (x-amz-checksum-crc64nvme). Carry-less multiplication folds 64 bytes a step where the
/// processor has it; else eight tables take eight bytes a step.
/// </summary>
internal sealed class ReflectedCrc : IContentDigest
{
    private const int FoldedAtOnce = 64;

    private readonly Parameters _parameters;
    private ulong _register;

    private ReflectedCrc(Parameters parameters)
    {
        _parameters = parameters;
        _register = ulong.MaxValue >> (64 - parameters.Width);
    }

    /// <summary>CRC-32/ISO-HDLC, polynomial 0x04C11DB7.</summary>
    public static ReflectedCrc Crc32() => new(Parameters.Crc32);

    /// <summary>CRC-64/NVME, polynomial 0xAD93D23594C93659.</summary>
    public static ReflectedCrc Crc64Nvme() => new(Parameters.Crc64Nvme);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Pclmulqdq.IsSupported && bytes.Length >= 2 * FoldedAtOnce) bytes = Fold(bytes);
        _register = AppendByTables(_register, bytes);
    }

    /// <summary>The same without the processor's help; what a test holds the folding against.</summary>
    internal void AppendPortably(ReadOnlySpan<byte> bytes) => _register = AppendByTables(_register, bytes);

    public byte[] Finish()
    {
        var whole = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(whole, ~_register);
        return whole[(8 - _parameters.Width / 8)..];
    }

    public void Dispose()
    {
    }

    private ulong AppendByTables(ulong crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> t = _parameters.Tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = t[0x700 + (int)(crc & 0xFF)] ^ t[0x600 + (int)(crc >> 8 & 0xFF)]
                ^ t[0x500 + (int)(crc >> 16 & 0xFF)] ^ t[0x400 + (int)(crc >> 24 & 0xFF)]
                ^ t[0x300 + (int)(crc >> 32 & 0xFF)] ^ t[0x200 + (int)(crc >> 40 & 0xFF)]
                ^ t[0x100 + (int)(crc >> 48 & 0xFF)] ^ t[(int)(crc >> 56)];
        }

        foreach (var one in bytes) crc = t[(int)((crc ^ one) & 0xFF)] ^ crc >> 8;
        return crc;
    }

    // Four running remainders of 128 bits, each multiplied by x^512 for every 64 bytes; they are folded into one at the end, whose
    // 16 bytes are worth, modulo the polynomial, all that came before. Returns the bytes that are left over.
    private ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> bytes)
    {
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var a = blocks[0] ^ Vector128.CreateScalar(_register);
        var (b, c, d) = (blocks[1], blocks[2], blocks[3]);
        var by512 = _parameters.By512;
        var i = 4;
        for (; i + 4 <= blocks.Length; i += 4)
        {
            a = Multiply(a, by512) ^ blocks[i];
            b = Multiply(b, by512) ^ blocks[i + 1];
            c = Multiply(c, by512) ^ blocks[i + 2];
            d = Multiply(d, by512) ^ blocks[i + 3];
        }

        var by128 = _parameters.By128;
        var folded = Multiply(Multiply(Multiply(a, by128) ^ b, by128) ^ c, by128) ^ d;
        Span<byte> remainder = stackalloc byte[16];
        MemoryMarshal.Write(remainder, folded);
        _register = AppendByTables(0, remainder);
        return bytes[(i * 16)..];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Multiply(Vector128<ulong> value, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(value, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, powers, 0x11);

    private sealed class Parameters
    {
        public static readonly Parameters Crc32 = new(CrcCombination.Crc32Polynomial, 32);
        public static readonly Parameters Crc64Nvme = new(CrcCombination.Crc64NvmePolynomial, 64);

        private Parameters(ulong polynomial, int width)
        {
            Width = width;
            Tables = BuildTables(polynomial);
            By128 = PowersFor(128, polynomial, width);
            By512 = PowersFor(512, polynomial, width);
        }

        public int Width { get; }

        public ulong[] Tables { get; }

        public Vector128<ulong> By128 { get; }

        public Vector128<ulong> By512 { get; }

        // The first 64 bits of a block (its upper half as a polynomial) move on by 64 bits more than the second. The product of two
        // reflected numbers stands one bit too low in 128 bits, hence the exponents less one.
        private static Vector128<ulong> PowersFor(int bits, ulong polynomial, int width) => Vector128.Create(
            CrcCombination.PowerOfX(bits + 63, polynomial, width), CrcCombination.PowerOfX(bits - 1, polynomial, width));

        // Table k holds the effect of a byte that k more bytes follow.
        private static ulong[] BuildTables(ulong polynomial)
        {
            var tables = new ulong[8 * 256];
            for (var i = 0; i < tables.Length; i++)
            {
                var crc = i < 256 ? (ulong)i : tables[i - 256];
                if (i >= 256) crc = tables[crc & 0xFF] ^ crc >> 8;
                else
                    for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ polynomial;
                tables[i] = crc;
            }

            return tables;
        }
    }
}
