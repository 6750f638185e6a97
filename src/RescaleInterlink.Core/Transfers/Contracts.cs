namespace RescaleInterlink.Transfers;

/// <summary>What proves that a source has not changed while, or since, it was read.</summary>
/// <param name="Length">Bytes, or null when they are made while they are read.</param>
/// <param name="Stamp">Last write time, ETag or hash, as the source can give it; compared for equality only.</param>
public sealed record SourceIdentity(long? Length, string? Stamp);

/// <summary>A source of bytes. It is either an <see cref="IRangeSource"/> or an <see cref="IForwardSource"/>.</summary>
public interface IByteSource
{
    /// <summary>For messages and progress; a path or a name.</summary>
    string DisplayName { get; }

    Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken);
}

/// <summary>A source whose length is known and of which any range can be read, repeatedly and concurrently.</summary>
public interface IRangeSource : IByteSource
{
    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>: exactly, or throws SourceChanged.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);
}

/// <summary>A source that can only be read once from front to back; its length may be unknown.</summary>
public interface IForwardSource : IByteSource
{
    Task<Stream> OpenAsync(CancellationToken cancellationToken);
}

public sealed record UploadRequest
{
    public required IByteSource Source { get; init; }
    public required Storage.IObjectStore Store { get; init; }
    public required string Key { get; init; }
}

/// <param name="EncryptionKey">32 bytes. A secret.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of the plaintext's hash.</param>
public sealed record UploadResult(string Key, byte[] EncryptionKey, byte[] Iv, long Length, string Sha512, int Parts)
{
    public override string ToString() => $"UploadResult {{ Key = {Key}, Length = {Length} }}";
}

public sealed record DownloadRequest
{
    public required string DisplayName { get; init; }
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
}

/// <summary>Whether the bytes were proved to be the right ones.</summary>
public enum Verification { Verified, Unverifiable }

public sealed record DownloadResult(string Destination, long Length, string Sha512, Verification Verification);

/// <summary>What a chunk is waiting for: always exactly one thing.</summary>
public enum WaitReason { Nothing, Memory, Connection, HeadOfStream, Disk, RateLimit, Retry }

/// <param name="ThrottleLimit">Most files in flight at once.</param>
/// <param name="Connections">Most storage requests in flight at once, over all files.</param>
/// <param name="MemoryLimit">Most bytes of buffers, over all files.</param>
public sealed record TransferOptions(int ThrottleLimit = 5, int Connections = 16, long MemoryLimit = 512L << 20);

public enum TransferDirection { Upload, Download }
public enum TransferState { Waiting, Active, Verifying, Completed, Failed, Stopped }

/// <summary>Numbers of one transfer at one moment. BytesDone never shrinks.</summary>
public sealed record TransferSnapshot(int Id, string DisplayName, TransferDirection Direction, TransferState State, long BytesDone, long? BytesTotal, WaitReason WaitingFor);

/// <summary>Numbers of all transfers of one engine at one moment.</summary>
/// <param name="BytesPerSecond">Rolling over the last 60 s.</param>
/// <param name="Active">At most four, the largest first.</param>
public sealed record ProgressSnapshot(int FilesTotal, int FilesDone, int FilesFailed, long BytesDone, long BytesTotal, double BytesPerSecond, IReadOnlyList<TransferSnapshot> Active);
