using RescaleInterlink.Cryptography;

namespace RescaleInterlink.Core.Tests.Cryptography;

internal static class ChunkTesting
{
    /// <summary>Fetches and decrypts an object's chunks in an order of the seed's, as a download does.</summary>
    public static byte[] DecryptShuffled(CbcLayout layout, ObjectDecryptor decryptor, byte[] ciphertext, int plaintextLength, int chunkSize, int seed)
    {
        var chunks = layout.Chunks(plaintextLength, chunkSize).ToArray();
        Assert.Equal(Enumerable.Range(0, chunks.Length), chunks.Select(chunk => chunk.Index));
        Assert.Equal(plaintextLength, chunks.Sum(chunk => chunk.PlainLength));
        new Random(seed).Shuffle(chunks);
        var plaintext = new byte[plaintextLength];
        foreach (var chunk in chunks)
        {
            var fetched = ciphertext.AsSpan((int)chunk.FetchOffset, chunk.FetchLength).ToArray();
            decryptor.Decrypt(chunk, fetched).CopyTo(plaintext.AsMemory((int)chunk.PlainOffset));
        }

        return plaintext;
    }
}
