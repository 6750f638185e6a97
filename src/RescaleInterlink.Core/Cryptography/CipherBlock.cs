namespace RescaleInterlink.Cryptography;

/// <summary>Sizes of AES-256-CBC, in bytes.</summary>
public static class CipherBlock
{
    public const int Size = 16;
    public const int KeySize = 32;
    public const int IvSize = 16;
}
