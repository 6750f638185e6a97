using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>What a file's record says about its bytes, decoded.</summary>
public static class FileSecrets
{
    private const int KeyLength = 32;
    private const int IvLength = 16;

    /// <exception cref="RescaleException">EncryptionKeyMissing.</exception>
    internal static byte[] Key(PlatformFile file)
        => Decode(file.EncodedEncryptionKey, KeyLength)
            ?? throw new RescaleException(
                ErrorIds.EncryptionKeyMissing,
                ErrorKind.Integrity,
                $"The platform gives no usable encryption key for '{file.Name}' ({file.Id}).",
                "Ask the file's owner to share it with you, or the platform's support.");

    /// <returns>Null when the record has none; the object's metadata then has it.</returns>
    internal static byte[]? Iv(PlatformFile file) => Decode(file.Iv, IvLength);

    /// <returns>Hex SHA-512 of the plaintext, or null when the record has none.</returns>
    public static string? Sha512(PlatformFile file)
        => (file ?? throw new ArgumentNullException(nameof(file))).FileChecksums.FirstOrDefault(static c => c.HashFunction.Equals("sha512", StringComparison.OrdinalIgnoreCase) || c.HashFunction.Equals("SHA-512", StringComparison.OrdinalIgnoreCase))?.FileHash;

    private static byte[]? Decode(string? text, int length)
    {
        var bytes = new byte[length];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var written) && written == length ? bytes : null;
    }
}
