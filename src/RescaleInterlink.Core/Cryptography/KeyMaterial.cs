using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

/// <summary>Fresh keys, IVs and name suffixes, all from the operating system's generator.</summary>
public static class KeyMaterial
{
    public const int SuffixLength = 22;
    private const string SuffixAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(CipherBlock.KeySize);

    public static byte[] NewIv() => RandomNumberGenerator.GetBytes(CipherBlock.IvSize);

    /// <summary>22 characters, uniform over letters and digits: what makes an object key unique.</summary>
    public static string NewSuffix() => RandomNumberGenerator.GetString(SuffixAlphabet, SuffixLength);
}
