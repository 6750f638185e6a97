using System.Security.Cryptography;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Cryptography;

/// <summary>Decrypts the chunks of one object, in any order and concurrently. Thread-safe until disposed.</summary>
public sealed class ObjectDecryptor : IDisposable
{
    private readonly ObjectEncryption _encryption;
    private readonly byte[] _key;
    private readonly byte[] _iv;

    /// <param name="key">32 bytes (v1: the master key); copied, and zeroed when this is disposed.</param>
    /// <param name="recordIv">IV of the file record, for objects whose metadata holds none.</param>
    /// <exception cref="RescaleException">EncryptionKeyMissing or EncryptionIvMissing.</exception>
    public ObjectDecryptor(ObjectEncryption encryption, ReadOnlySpan<byte> key, byte[]? recordIv)
    {
        if (key.Length != CipherBlock.KeySize)
            throw new RescaleException(ErrorIds.EncryptionKeyMissing, ErrorKind.Integrity,
                "The file record holds no usable encryption key (32 bytes).",
                "Check that the file's owner shares it with its key.");
        _encryption = encryption;
        _iv = encryption.Format == ObjectFormat.PartKeys ? [] : encryption.Iv ?? recordIv ?? [];
        if (encryption.Format != ObjectFormat.PartKeys && _iv.Length != CipherBlock.IvSize)
            throw new RescaleException(ErrorIds.EncryptionIvMissing, ErrorKind.Integrity,
                "Neither the object's metadata nor the file record holds an IV (16 bytes).",
                "The object's metadata has been lost; the file must be uploaded again.");
        _key = key.ToArray();
    }

    /// <summary>Decrypts the very end of an object and returns how many bytes of padding it has.</summary>
    /// <param name="tail">The last 32 cipher bytes of the last chain, or all 16 of a chain of one block.</param>
    /// <exception cref="RescaleException">DecryptionFailed: for most wrong keys, long before the first megabyte.</exception>
    public int ProbePadding(CbcLayout layout, ReadOnlySpan<byte> tail)
    {
        Span<byte> block = stackalloc byte[CipherBlock.Size];
        if (tail.Length == CipherBlock.Size) DecryptChain(layout.ChainCount - 1, default, tail, block);
        else DecryptChain(layout.ChainCount - 1, tail[..CipherBlock.Size], tail[CipherBlock.Size..], block);
        return Padding.Measure(block);
    }

    /// <summary>Decrypts a fetched chunk in place and checks the padding if it ends its chain.</summary>
    /// <param name="fetched">Exactly <see cref="CbcChunk.FetchLength"/> bytes.</param>
    /// <returns>The part of <paramref name="fetched"/> that is plaintext.</returns>
    /// <exception cref="RescaleException">DecryptionFailed.</exception>
    public Memory<byte> Decrypt(in CbcChunk chunk, Memory<byte> fetched)
    {
        foreach (var _ in DecryptPieces(chunk, fetched, chunk.CipherLength))
        {
        }

        return fetched.Slice(chunk.FetchLength - chunk.CipherLength, chunk.PlainLength);
    }

    /// <summary>
    /// Decrypts a fetched chunk in place, one piece after the other as they are asked for: what is done with a piece at once
    /// finds it in the processor's cache. The last one's padding is checked before it is given out.
    /// </summary>
    /// <param name="fetched">Exactly <see cref="CbcChunk.FetchLength"/> bytes.</param>
    /// <param name="pieceSize">Bytes, a multiple of 16.</param>
    /// <exception cref="RescaleException">DecryptionFailed.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> DecryptPieces(CbcChunk chunk, Memory<byte> fetched, int pieceSize)
    {
        var own = fetched[(chunk.FetchLength - chunk.CipherLength)..];
        var preceding = chunk.NeedsPreceding ? fetched[..CipherBlock.Size].ToArray() : [];
        for (var offset = 0; offset < chunk.CipherLength; offset += pieceSize)
        {
            var piece = own.Slice(offset, Math.Min(pieceSize, chunk.CipherLength - offset));
            var last = piece[^CipherBlock.Size..].ToArray();
            DecryptChain(chunk.Chain, preceding, piece.Span, piece.Span);
            preceding = last;
            var isLast = offset + piece.Length == chunk.CipherLength;
            if (isLast && chunk.Padding > 0) Padding.Require(piece.Span, chunk.Padding);
            yield return isLast ? piece[..^chunk.Padding] : piece;
        }
    }

    private void DecryptChain(long chain, ReadOnlySpan<byte> preceding, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (_encryption.Format != ObjectFormat.PartKeys)
        {
            RangeDecryptor.Decrypt(_key, preceding.IsEmpty ? _iv : preceding, ciphertext, plaintext);
            return;
        }

        Span<byte> key = stackalloc byte[CipherBlock.KeySize];
        Span<byte> iv = stackalloc byte[CipherBlock.IvSize];
        PartKeyDerivation.Derive(_key, _encryption.FileId, chain, key, iv);
        try
        {
            RangeDecryptor.Decrypt(key, preceding.IsEmpty ? iv : preceding, ciphertext, plaintext);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
