namespace RescaleInterlink.Transfers;

public sealed record DownloadRequest
{
    public required string DisplayName { get; init; }

    /// <summary>With its own retries; the engine repeats nothing.</summary>
    public required Storage.IObjectStore Store { get; init; }

    public required string Key { get; init; }

    /// <summary>32 bytes. A secret.</summary>
    public required byte[] EncryptionKey { get; init; }

    /// <summary>IV of the file record, used when the object's metadata has none.</summary>
    public byte[]? RecordIv { get; init; }

    /// <summary>Plaintext length in bytes, when the record has it.</summary>
    public long? Length { get; init; }

    /// <summary>Hex SHA-512 of the plaintext, when the record has it.</summary>
    public string? Sha512 { get; init; }

    /// <summary>Full local path. Its folder is made when missing.</summary>
    public required string Destination { get; init; }

    /// <summary>Replace an existing file, at the moment the new one is whole and verified.</summary>
    public bool Overwrite { get; init; }

    public override string ToString() => $"DownloadRequest {{ Key = {Key}, Destination = {Destination} }}";
}

/// <summary>Whether the bytes were proved to be the right ones.</summary>
public enum Verification
{
    /// <summary>The SHA-512 of the file record was met.</summary>
    Verified,

    /// <summary>The record holds no SHA-512.</summary>
    Unverifiable,
}

/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of what was written.</param>
public sealed record DownloadResult(string Destination, long Length, string Sha512, Verification Verification);
