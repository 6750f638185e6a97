using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

/// <summary>
/// One CBC chain, encrypted piece by piece: the IV of a piece is the last cipher block of the piece before, and only
/// the last piece is padded. The pieces together are byte for byte what encrypting the whole at once gives.
/// </summary>
/// <remarks>Serial by nature; not thread-safe.</remarks>
public sealed class ChainedEncryptor : IDisposable
{
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _previous = new byte[CipherBlock.Size];
    private bool _finished;

    /// <param name="key">32 bytes; copied.</param>
    /// <param name="iv">16 bytes: the file's IV, or the last cipher block before the place to continue at.</param>
    public ChainedEncryptor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        CipherKeys.Assign(_aes, key);
        ArgumentOutOfRangeException.ThrowIfNotEqual(iv.Length, CipherBlock.IvSize);
        iv.CopyTo(_previous);
    }

    /// <summary>The last cipher block so far: the IV of what follows.</summary>
    public ReadOnlySpan<byte> LastBlock => _previous;

    /// <summary>Encrypts a piece that more will follow.</summary>
    /// <param name="plaintext">A multiple of 16 bytes. May be the same memory as <paramref name="ciphertext"/>.</param>
    /// <returns>Cipher bytes written.</returns>
    public int Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext) => Run(plaintext, ciphertext, PaddingMode.None);

    /// <summary>Encrypts and pads the last piece, of any length.</summary>
    /// <param name="ciphertext">At least <see cref="CipherSize.OfPlaintext"/> bytes; may be the same memory.</param>
    public int EncryptFinal(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        var written = Run(plaintext, ciphertext, PaddingMode.PKCS7);
        _finished = true;
        return written;
    }

    private int Run(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, PaddingMode padding)
    {
        if (_finished) throw new InvalidOperationException("The last piece has been encrypted already.");
        if (padding == PaddingMode.None && plaintext.Length % CipherBlock.Size != 0)
            throw new ArgumentException("Only the last piece may end inside a block.", nameof(plaintext));
        var written = _aes.EncryptCbc(plaintext, _previous, ciphertext, padding);
        if (written > 0) ciphertext.Slice(written - CipherBlock.Size, CipherBlock.Size).CopyTo(_previous);
        return written;
    }

    public void Dispose() => _aes.Dispose();
}
