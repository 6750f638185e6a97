using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers;

/// <summary>What the file record says about an object, held against the object.</summary>
internal static class DownloadChecks
{
    // What the Go tool's pre-encrypted uploads of this size and more are cut to by its defect (interop storage 12.4): one buffer of
    // 32 MiB, or one for each part. It reads parts through that buffer and makes them of 48 or 64 MiB, less when memory is short.
    private const long TruncationUnit = 32L << 20;
    private const long LeastTruncated = 1L << 30;

    // Of the test vectors the least; of S3 the most bytes of a part, of Azure the most parts. Known writers made parts of 16 to 64 MiB.
    private const long SmallestPart = 64;
    private const long LargestPart = 5L << 30;
    private const long MostParts = 50_000;

    /// <summary>What the size of an object says about the format that its metadata claims.</summary>
    /// <returns>The format to read it by.</returns>
    /// <exception cref="RescaleException">SizeMismatch when it cannot be the file of the record; FormatInvalid.</exception>
    public static ObjectEncryption RequireSize(DownloadRequest request, ObjectEncryption encryption, long actual)
    {
        encryption = RequirePartSize(request, encryption, actual);
        if (request.Length is not { } length) return encryption;
        var expected = encryption.Format == ObjectFormat.PartKeys
            ? CipherSize.OfPartKeys(length, encryption.PartSize)
            : CipherSize.OfPlaintext(length);
        if (actual == expected) return encryption;
        // Early writers of v1 noted a part size that they had not used (interop storage 2).
        if (AsSinglePart(request, encryption, actual) is { } single) return single;
        var cutByDefect = encryption.Format == ObjectFormat.Whole && IsCutByDefect(expected, actual);
        throw new RescaleException(ErrorIds.SizeMismatch, ErrorKind.Integrity,
            $"The object of '{request.DisplayName}' has {actual} bytes; a file of {length} bytes is stored in {expected}. "
            + (cutByDefect ? "It was truncated when it was uploaded, as some versions of another tool do with large pre-encrypted files."
                : actual < expected ? "It is truncated." : "It is not this file."),
            cutByDefect ? "The rest is not in the storage; upload the original again." : "Upload the file again.");
    }

    /// <summary>Each v1 part is one that a store took: what cuts the object into others is damaged metadata.</summary>
    /// <exception cref="RescaleException">FormatInvalid.</exception>
    private static ObjectEncryption RequirePartSize(DownloadRequest request, ObjectEncryption encryption, long actual)
    {
        if (encryption.Format != ObjectFormat.PartKeys) return encryption;
        // One part may be of any size; its object notes the size of the file (interop storage 2.2).
        if (encryption.PartSize >= actual - CipherBlock.Size)
            return encryption with { PartSize = Math.Min(encryption.PartSize, Math.Max(actual, request.Length ?? 0)) };
        if (encryption.PartSize is >= SmallestPart and <= LargestPart && actual / encryption.PartSize < MostParts) return encryption;
        if (request.Length is not null && AsSinglePart(request, encryption, actual) is { } single) return single;
        throw new RescaleException(ErrorIds.FormatInvalid, ErrorKind.Integrity,
            $"The object of '{request.DisplayName}' has {actual} bytes and says that its parts have {encryption.PartSize}, which no storage takes.",
            "The object's metadata has been damaged; it must be uploaded again.");
    }

    /// <summary>A v1 object read as one part, whatever part size its metadata claims; null when its size rules that out.</summary>
    public static ObjectEncryption? AsSinglePart(DownloadRequest request, ObjectEncryption encryption, long actual)
    {
        if (encryption.Format != ObjectFormat.PartKeys) return null;
        // Of an unknown length: no part can be longer than the object.
        var partSize = request.Length ?? actual;
        if (partSize == 0 || partSize == encryption.PartSize || request.Length is { } length && CipherSize.OfPlaintext(length) != actual) return null;
        return encryption with { PartSize = partSize };
    }

    private static bool IsCutByDefect(long expected, long actual) =>
        expected >= LeastTruncated && actual < expected && actual > 0 && actual % TruncationUnit == 0;

    /// <exception cref="RescaleException">DecryptionFailed when the padding is not the one that the length implies.</exception>
    public static void RequirePadding(DownloadRequest request, int padding)
    {
        if (request.Length is { } length && padding != CipherSize.PaddingOf(length)) throw Padding.Invalid();
    }

    /// <summary>Holds the hash of what was received against the record's.</summary>
    /// <exception cref="RescaleException">ChecksumMismatch, unless the request allows it.</exception>
    public static Integrity RequireHash(DownloadRequest request, string sha512)
    {
        if (request.Sha512 is not { } expected) return Integrity.Unverifiable;
        if (string.Equals(expected, sha512, StringComparison.OrdinalIgnoreCase)) return Integrity.Verified;
        if (request.AllowMismatch) return Integrity.Mismatch;
        throw new RescaleException(ErrorIds.ChecksumMismatch, ErrorKind.Integrity,
            $"What was received of '{request.DisplayName}' is not what was sent: its SHA-512 differs from the file record's.",
            "Receive it again; if that does not help, the object is damaged or the key is not its own.");
    }
}
