using RescaleInterlink.Errors;

namespace RescaleInterlink.Cryptography;

/// <summary>Sizes of upload parts (interop storage 5.2). All sizes are bytes.</summary>
public static class PartSizes
{
    public const long MiB = 1L << 20;
    public const long Minimum = 16 * MiB;
    public const long Maximum = 64 * MiB;

    // The Go tool plans for 16 threads whatever the real number is; the table of interop 5.2 depends on it.
    public const int PlannedThreads = 16;

    /// <summary>Part size by file size alone; also what a v2 object without <c>partsize</c> was written with.</summary>
    public static long ForLength(long length) => length switch
    {
        < 100 * MiB => 16 * MiB,
        < 1024 * MiB => 32 * MiB,
        < 5 * 1024 * MiB => 48 * MiB,
        _ => 64 * MiB,
    };

    /// <summary>Part size when all planned threads shall fit in three quarters of the memory.</summary>
    public static long ForMemory(long length, int threads, long availableMemory)
    {
        var fair = (long)(availableMemory * 0.75 / (threads * 2L));
        var size = Math.Clamp(Math.Min(ForLength(length), fair), Minimum, Maximum);
        return Math.Max(size / MiB * MiB, Minimum);
    }

    /// <summary>
    /// Part size of an upload: by memory, within what the store takes, and larger for a file that would otherwise have
    /// too many parts. Readers take any multiple of 16, because the size is written in the object's metadata.
    /// </summary>
    /// <exception cref="RescaleException">StorageNotSupported when the store cannot hold a file of this length.</exception>
    public static long ForUpload(long length, long availableMemory, long minimumPart, long maximumPart, int maximumParts)
    {
        var size = Math.Max(ForMemory(length, PlannedThreads, availableMemory), RoundUp(minimumPart));
        if (CipherSize.PartCount(length, size) > maximumParts) size = RoundUp((length - 1) / maximumParts + 1);
        if (size > maximumPart || CipherSize.PartCount(length, size) > maximumParts)
            throw new RescaleException(ErrorIds.StorageNotSupported, ErrorKind.InvalidInput,
                $"A file of {length} bytes does not fit in one object of this store ({maximumParts} parts of at most {maximumPart} bytes).",
                "Split the file.");
        return size;
    }

    private static long RoundUp(long size) => (size + MiB - 1) / MiB * MiB;
}
