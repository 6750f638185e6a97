using RescaleInterlink.Errors;

namespace RescaleInterlink.Cryptography;

/// <summary>PKCS#7 with a block of 16. One error for every kind of bad padding, so that it tells nothing about the key.</summary>
public static class Padding
{
    /// <summary>Number of padding bytes (1..16) at the end of decrypted bytes.</summary>
    /// <exception cref="RescaleException">DecryptionFailed.</exception>
    public static int Measure(ReadOnlySpan<byte> decrypted)
    {
        if (decrypted.Length == 0 || decrypted.Length % CipherBlock.Size != 0) throw Invalid();
        int count = decrypted[^1];
        if (count is < 1 or > CipherBlock.Size) throw Invalid();
        var wrong = 0;
        foreach (var value in decrypted[^count..]) wrong |= value ^ count;
        if (wrong != 0) throw Invalid();
        return count;
    }

    /// <summary>As <see cref="Measure"/>, and the padding must be exactly <paramref name="expected"/> bytes.</summary>
    public static void Require(ReadOnlySpan<byte> decrypted, int expected)
    {
        if (Measure(decrypted) != expected) throw Invalid();
    }

    internal static RescaleException Invalid() => new(
        ErrorIds.DecryptionFailed, ErrorKind.Integrity,
        "The object could not be decrypted: invalid padding.",
        "The encryption key does not fit this object, or the object is damaged. Check that the file record belongs to it.");
}
