using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>What a library file and a job's output have in common: it can be received.</summary>
public abstract class StoredFileItem
{
    private protected StoredFileItem(PlatformFile record)
    {
        Record = record;
        Id = record.Id;
        Name = record.Name;
        Length = record.DecryptedSize;
        Sha512 = record.FileChecksums
            .FirstOrDefault(sum => sum.HashFunction.Equals("sha512", StringComparison.OrdinalIgnoreCase))?.FileHash;
        DateUploaded = record.DateUploaded;
    }

    private protected StoredFileItem(string id, string name, long length, string sha512)
    {
        Id = id;
        Name = name;
        Length = length;
        Sha512 = sha512;
    }

    /// <summary>The platform's record with the key, kept so that a download needs no second look-up. Never shown.</summary>
    internal PlatformFile? Record { get; }

    public string Id { get; }

    public string Name { get; }

    /// <summary>Bytes before encryption.</summary>
    public long? Length { get; }

    /// <summary>Lower-case hex of the plaintext's hash, when the platform has it.</summary>
    public string? Sha512 { get; }

    public DateTimeOffset? DateUploaded { get; }
}
