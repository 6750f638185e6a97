using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers;

/// <summary>What the file record says about an object, held against the object.</summary>
internal static class DownloadChecks
{
    // What the Go tool's pre-encrypted uploads are cut to by its defect (interop storage 12.4): whole buffers of 32 MiB.
    private const long TruncationUnit = 32L << 20;

    /// <exception cref="RescaleException">SizeMismatch.</exception>
    public static void RequireSize(DownloadRequest request, ObjectEncryption encryption, long actual)
    {
        if (request.Length is not { } length) return;
        var expected = encryption.Format == ObjectFormat.PartKeys
            ? CipherSize.OfPartKeys(length, encryption.PartSize)
            : CipherSize.OfPlaintext(length);
        if (actual == expected) return;
        var cutByDefect = encryption.Format == ObjectFormat.Whole && actual < expected && actual > 0 && actual % TruncationUnit == 0;
        throw new RescaleException(ErrorIds.SizeMismatch, ErrorKind.Integrity,
            $"The object of '{request.DisplayName}' has {actual} bytes; a file of {length} bytes is stored in {expected}. "
            + (cutByDefect ? "It was truncated when it was uploaded, as some versions of another tool do with large pre-encrypted files."
                : actual < expected ? "It is truncated." : "It is not this file."),
            cutByDefect ? "The rest is not in the storage; upload the original again." : "Upload the file again.");
    }

    /// <exception cref="RescaleException">DecryptionFailed when the padding is not the one that the length implies.</exception>
    public static void RequirePadding(DownloadRequest request, int padding)
    {
        if (request.Length is { } length && padding != CipherSize.PaddingOf(length)) throw Padding.Invalid();
    }

    /// <exception cref="RescaleException">ChecksumMismatch.</exception>
    public static void RequireHash(DownloadRequest request, string sha512)
    {
        if (request.Sha512 is not { } expected || string.Equals(expected, sha512, StringComparison.OrdinalIgnoreCase)) return;
        throw new RescaleException(ErrorIds.ChecksumMismatch, ErrorKind.Integrity,
            $"What was received of '{request.DisplayName}' is not what was sent: its SHA-512 differs from the file record's.",
            "Receive it again; if that does not help, the object is damaged or the key is not its own.");
    }
}
