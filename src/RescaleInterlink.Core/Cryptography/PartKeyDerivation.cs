using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

/// <summary>Keys of single v1 parts: HKDF-SHA256 without salt, info = file id and part index (interop storage 1).</summary>
public static class PartKeyDerivation
{
    public const int FileIdSize = 32;

    /// <param name="masterKey">32 bytes.</param>
    /// <param name="fileId">32 bytes.</param>
    /// <param name="partIndex">0-based.</param>
    /// <param name="key">Receives 32 bytes. The caller zeroes them.</param>
    /// <param name="iv">Receives 16 bytes.</param>
    public static void Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> fileId, long partIndex, Span<byte> key, Span<byte> iv)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partIndex);
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, CipherBlock.KeySize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(fileId.Length, FileIdSize);
        Span<byte> info = stackalloc byte[FileIdSize + sizeof(ulong)];
        fileId.CopyTo(info);
        BinaryPrimitives.WriteUInt64LittleEndian(info[FileIdSize..], (ulong)partIndex);
        Span<byte> material = stackalloc byte[CipherBlock.KeySize + CipherBlock.IvSize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, material, default, info);
        material[..CipherBlock.KeySize].CopyTo(key);
        material[CipherBlock.KeySize..].CopyTo(iv);
        CryptographicOperations.ZeroMemory(material);
    }
}
