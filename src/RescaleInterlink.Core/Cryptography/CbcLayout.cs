using RescaleInterlink.Errors;

namespace RescaleInterlink.Cryptography;

/// <summary>
/// Where the CBC chains of an object lie. v0 and v2 objects are one chain; a v1 object is one chain per part. Every
/// chain ends with its own padding. All sizes and offsets are bytes.
/// </summary>
public sealed class CbcLayout
{
    // Shorter objects, and smaller chunks, would only cost more requests.
    private const int LeastToStartSmall = 4 << 20;
    private const int ChunksOfLongObject = 16;

    private readonly long _chainPlaintext;
    private readonly long _chainCiphertext;

    private CbcLayout(long ciphertextLength, long chainPlaintext, long chainCiphertext)
    {
        CiphertextLength = ciphertextLength;
        _chainPlaintext = chainPlaintext;
        _chainCiphertext = chainCiphertext;
        ChainCount = (ciphertextLength - 1) / chainCiphertext + 1;
    }

    public long CiphertextLength { get; }

    public long ChainCount { get; }

    /// <exception cref="RescaleException">FormatInvalid when no object of this format can have this length.</exception>
    public static CbcLayout Of(ObjectEncryption encryption, long ciphertextLength)
    {
        if (ciphertextLength <= 0 || ciphertextLength % CipherBlock.Size != 0)
            throw new RescaleException(ErrorIds.FormatInvalid, ErrorKind.Integrity,
                $"The object has {ciphertextLength} bytes; an encrypted object has a multiple of 16, and never none.",
                "The object is truncated or was not encrypted; it must be uploaded again.");
        return encryption.Format == ObjectFormat.PartKeys
            ? new(ciphertextLength, encryption.PartSize, CipherSize.OfPlaintext(encryption.PartSize))
            : new(ciphertextLength, ciphertextLength, ciphertextLength);
    }

    /// <summary>Start of the last chain.</summary>
    public long LastChainOffset => (ChainCount - 1) * _chainCiphertext;

    /// <summary>Plaintext bytes of the whole object when its last chain ends with this much padding.</summary>
    public long PlaintextLength(int lastPadding) =>
        (ChainCount - 1) * _chainPlaintext + (CiphertextLength - LastChainOffset) - lastPadding;

    /// <summary>
    /// Cuts the object into chunks that can be fetched and decrypted independently, in any order. Those at the start of a
    /// long object are smaller: the hash, which needs them in their order, then begins at once and not when the first of many
    /// large ones that arrive together is whole.
    /// </summary>
    /// <param name="plaintextLength">Of the whole object.</param>
    /// <param name="chunkSize">Most plaintext bytes of a chunk; a multiple of 16.</param>
    public IEnumerable<CbcChunk> Chunks(long plaintextLength, int chunkSize)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(chunkSize % CipherBlock.Size, 0);
        var isLong = chunkSize >= LeastToStartSmall && plaintextLength >= (long)chunkSize * ChunksOfLongObject;
        var index = 0;
        for (long chain = 0; chain < ChainCount; chain++)
        {
            var start = chain * _chainCiphertext;
            var ciphertext = Math.Min(_chainCiphertext, CiphertextLength - start);
            var plaintext = Math.Min(_chainPlaintext, plaintextLength - chain * _chainPlaintext);
            long offset = 0;
            do
            {
                var size = isLong ? SizeOf(index, chunkSize) : chunkSize;
                // The last chunk takes the padding along, even when that is a whole block, to save a request for it.
                var last = plaintext - offset <= size;
                var plain = (int)(last ? plaintext - offset : size);
                yield return new CbcChunk(index++, chain, start + offset, (int)(last ? ciphertext - offset : size),
                    offset > 0, chain * _chainPlaintext + offset, plain);
                offset += size;
            }
            while (offset < plaintext);
        }
    }

    /// <summary>Four of an eighth, four of a quarter, four of a half, then whole ones.</summary>
    private static int SizeOf(int index, int chunkSize) =>
        chunkSize / (8 >> Math.Min(index / 4, 3)) / CipherBlock.Size * CipherBlock.Size;
}
