using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

/// <summary>Decrypts any range of whole blocks of a CBC chain, given the 16 cipher bytes before it.</summary>
public static class RangeDecryptor
{
    /// <summary>Decrypts blocks as they are: padding, if there is any, stays at the end.</summary>
    /// <param name="preceding">The cipher block before the range, or the chain's IV at its start.</param>
    /// <param name="ciphertext">Whole blocks. May be the same memory as <paramref name="plaintext"/>.</param>
    /// <exception cref="Errors.RescaleException">DecryptionFailed when the range does not consist of whole blocks.</exception>
    public static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> preceding, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (ciphertext.Length % CipherBlock.Size != 0) throw Padding.Invalid();
        using var aes = Aes.Create();
        CipherKeys.Assign(aes, key);
        aes.DecryptCbc(ciphertext, preceding, plaintext, PaddingMode.None);
    }
}
