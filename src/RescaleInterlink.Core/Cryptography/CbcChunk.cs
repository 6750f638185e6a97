namespace RescaleInterlink.Cryptography;

/// <summary>A piece of an object that is fetched and decrypted on its own.</summary>
/// <param name="Index">0-based, in the order of the plaintext.</param>
/// <param name="Chain">0-based CBC chain it belongs to.</param>
/// <param name="CipherOffset">Of its own first block in the object.</param>
/// <param name="CipherLength">Own cipher bytes, padding included.</param>
/// <param name="NeedsPreceding">Whether its IV is the cipher block before it; else it starts its chain.</param>
/// <param name="PlainOffset">In the file.</param>
/// <param name="PlainLength">Bytes for the file. Less than <paramref name="CipherLength"/> only at the end of a chain.</param>
public readonly record struct CbcChunk(
    int Index, long Chain, long CipherOffset, int CipherLength, bool NeedsPreceding, long PlainOffset, int PlainLength)
{
    private int Lead => NeedsPreceding ? CipherBlock.Size : 0;

    public long FetchOffset => CipherOffset - Lead;

    public int FetchLength => CipherLength + Lead;

    public int Padding => CipherLength - PlainLength;
}
