namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// The CRC of two contents in a row from the CRC of each: the first one is multiplied by x to the power of the bits behind it,
/// modulo the polynomial, and added. Bits are reflected as in the CRCs themselves: the highest bit is the constant term.
/// </summary>
internal static class CrcCombination
{
    /// <summary>Polynomial of CRC-32/ISO-HDLC, bits reflected.</summary>
    public const ulong Crc32Polynomial = 0xEDB88320;

    /// <summary>Polynomial of CRC-32C (Castagnoli), bits reflected.</summary>
    public const ulong Crc32CPolynomial = 0x82F63B78;

    /// <summary>Polynomial of CRC-64/NVME, bits reflected.</summary>
    public const ulong Crc64NvmePolynomial = 0x9A6C9329AC4BC9B5;

    private const ulong One = 1UL << 63;

    /// <summary>The combined CRC, big-endian like its two arguments.</summary>
    /// <param name="algorithm">One of the CRCs.</param>
    /// <param name="first">CRC of the first content.</param>
    /// <param name="second">CRC of the second content.</param>
    /// <param name="secondLength">Bytes of the second content.</param>
    public static byte[] Combine(DigestAlgorithms algorithm, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, long secondLength)
    {
        var (polynomial, width) = algorithm switch
        {
            DigestAlgorithms.Crc32 => (Crc32Polynomial, 32),
            DigestAlgorithms.Crc32C => (Crc32CPolynomial, 32),
            DigestAlgorithms.Crc64Nvme => (Crc64NvmePolynomial, 64),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Only CRCs can be combined."),
        };

        var power = PowerOfX(secondLength, polynomial, width, unit: One >> 8);
        // A 32-bit CRC is worked on in the upper half of 64 bits, where its constant term has the same place.
        var combined = Multiply(Read(first) << (64 - width), power, polynomial, width) ^ Read(second) << (64 - width);
        var result = new byte[width / 8];
        for (var i = 0; i < result.Length; i++) result[i] = (byte)(combined >> (56 - 8 * i));
        return result;
    }

    /// <summary>A power of x, or of another <paramref name="unit"/>, modulo the polynomial, the constant term in the highest of 64 bits.</summary>
    public static ulong PowerOfX(long exponent, ulong polynomial, int width, ulong unit = One >> 1)
    {
        var power = One;
        var square = unit;
        for (var left = exponent; left != 0; left >>= 1)
        {
            if ((left & 1) != 0) power = Multiply(power, square, polynomial, width);
            square = Multiply(square, square, polynomial, width);
        }

        return power;
    }

    private static ulong Multiply(ulong a, ulong b, ulong polynomial, int width)
    {
        ulong product = 0;
        var lowest = 1UL << (64 - width);
        var aligned = polynomial << (64 - width);
        for (var bit = One; bit >= lowest && bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0) product ^= b;
            b = (b & lowest) == 0 ? b >> 1 : b >> 1 ^ aligned;
            // What moved below the lowest term is what the polynomial was subtracted for.
            b &= ~(lowest - 1);
        }

        return product;
    }

    private static ulong Read(ReadOnlySpan<byte> bigEndian)
    {
        ulong value = 0;
        foreach (var one in bigEndian) value = value << 8 | one;
        return value;
    }
}
