using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

/// <summary>Fresh keys and IVs, all from the operating system's generator.</summary>
public static class KeyMaterial
{
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(CipherBlock.KeySize);

    public static byte[] NewIv() => RandomNumberGenerator.GetBytes(CipherBlock.IvSize);
}
