using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

internal static class CipherKeys
{
    /// <summary>Gives a cipher its key without leaving a copy of it behind.</summary>
    public static void Assign(Aes aes, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, CipherBlock.KeySize);
        var copy = key.ToArray();
        try
        {
            aes.Key = copy;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }
}
