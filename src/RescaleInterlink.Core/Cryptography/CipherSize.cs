namespace RescaleInterlink.Cryptography;

/// <summary>Size arithmetic of padded CBC. All sizes are bytes.</summary>
public static class CipherSize
{
    /// <summary>PKCS#7 always adds 1..16 bytes.</summary>
    public static long OfPlaintext(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return checked(length + PaddingOf(length));
    }

    public static int PaddingOf(long length) => CipherBlock.Size - (int)(length % CipherBlock.Size);

    /// <summary>Parts of an upload: an empty file still has one.</summary>
    public static long PartCount(long length, long partSize) => length == 0 ? 1 : (length - 1) / partSize + 1;

    /// <summary>Cipher bytes of a file whose parts are padded one by one (v1).</summary>
    public static long OfPartKeys(long length, long partSize)
    {
        var parts = PartCount(length, partSize);
        return checked((parts - 1) * OfPlaintext(partSize) + OfPlaintext(length - (parts - 1) * partSize));
    }
}
