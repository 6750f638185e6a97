using RescaleInterlink.Transfers.Checkpoints;

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

    /// <summary>
    /// Keep what does not meet the record's SHA-512, and say <see cref="Integrity.Mismatch"/>, instead of failing. Length and padding
    /// are checked all the same.
    /// </summary>
    public bool AllowMismatch { get; init; }

    /// <summary>Under which name the transfer can be continued; null: it cannot, and leaves nothing behind.</summary>
    public ResumeIdentity? Resume { get; init; }

    /// <summary>Told why a transfer that had begun is not continued but begun anew. Called from any thread.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>Told that an earlier run is continued, before the first byte travels: plaintext bytes that need not travel again, and
    /// those of the whole. Called from any thread.</summary>
    public Action<long, long?>? OnContinued { get; init; }

    public override string ToString() => $"DownloadRequest {{ Key = {Key}, Destination = {Destination} }}";
}

/// <summary>Whether the bytes were proved to be the right ones.</summary>
public enum Integrity
{
    /// <summary>The SHA-512 of the file record was met.</summary>
    Verified,

    /// <summary>The record holds no SHA-512.</summary>
    Unverifiable,

    /// <summary>The SHA-512 differs from the record's, and the caller wanted the bytes all the same.</summary>
    Mismatch,
}

/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of what was written.</param>
/// <param name="ResumedBytes">Plaintext bytes that an earlier run had received; 0 when all are of this one.</param>
public sealed record DownloadResult(string Destination, long Length, string Sha512, Integrity Integrity, long ResumedBytes = 0)
{
    /// <summary>From the moment the engine took the file up.</summary>
    public TimeSpan Duration { get; init; }
}
