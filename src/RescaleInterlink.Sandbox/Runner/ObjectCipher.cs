using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Opens and makes encrypted objects. v0 and v2 are the same bytes: one AES-256-CBC stream whose IV lies in the object's metadata.</summary>
internal static class ObjectCipher
{
    public const int KeyBytes = 32;
    public const int BlockBytes = 16;

    /// <summary>The plaintext, read forward. The key is the registration's.</summary>
    /// <exception cref="RunFailure">The metadata do not tell how to decrypt it.</exception>
    public static Stream OpenPlaintext(Stream ciphertext, byte[] key, IReadOnlyDictionary<string, string> metadata)
        => metadata.GetValueOrDefault("formatversion") == "1"
            ? OpenV1(ciphertext, key, metadata)
            : Decrypt(ciphertext, key, Bytes(metadata, "iv", BlockBytes));

    /// <summary>The ciphertext of a plaintext, read forward.</summary>
    public static CryptoStream OpenCiphertext(Stream plaintext, byte[] key, byte[] iv)
    {
        using var aes = Aes.Create();
        return new CryptoStream(plaintext, aes.CreateEncryptor(key, iv), CryptoStreamMode.Read);
    }

    private static CryptoStream Decrypt(Stream ciphertext, byte[] key, byte[] iv)
    {
        using var aes = Aes.Create();
        return new CryptoStream(ciphertext, aes.CreateDecryptor(key, iv), CryptoStreamMode.Read);
    }

    /// <summary>v1: parts of equal encrypted length, each with its own derived key and IV (interop storage 1 and 2).</summary>
    private static PartedPlaintext OpenV1(Stream ciphertext, byte[] key, IReadOnlyDictionary<string, string> metadata)
    {
        byte[] fileId = Bytes(metadata, "fileid", KeyBytes);
        if (!long.TryParse(metadata.GetValueOrDefault("partsize"), NumberStyles.None, CultureInfo.InvariantCulture, out long partSize) || partSize < 1)
            throw new RunFailure("the object's metadata hold no part size");
        long encryptedPart = partSize + BlockBytes - (partSize % BlockBytes);
        return new PartedPlaintext(ciphertext, encryptedPart, (part, bytes) =>
        {
            byte[] derived = new byte[KeyBytes + BlockBytes];
            byte[] info = new byte[KeyBytes + sizeof(long)];
            fileId.CopyTo(info, 0);
            BinaryPrimitives.WriteInt64LittleEndian(info.AsSpan(KeyBytes), part);
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], info);
            return Decrypt(bytes, derived[..KeyBytes], derived[KeyBytes..]);
        });
    }

    private static byte[] Bytes(IReadOnlyDictionary<string, string> metadata, string name, int length)
    {
        byte[] value = new byte[length + 2];
        return metadata.TryGetValue(name, out string? text) && Convert.TryFromBase64String(text, value, out int written) && written == length
            ? value[..length]
            : throw new RunFailure($"the object's metadata hold no valid '{name}'");
    }
}
