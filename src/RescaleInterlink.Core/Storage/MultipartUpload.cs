namespace RescaleInterlink.Storage;

/// <param name="Id">The store's own name for this upload (S3: UploadId); empty where it has none (Azure).</param>
/// <param name="Metadata">What the finished object will carry; it also proves whose object it is when a reply to the commit is lost.</param>
/// <param name="HasChecksums">Its parts travel with a CRC32C that the store checks, and the commit repeats them.</param>
public sealed record MultipartUpload(string Key, string Id, IReadOnlyDictionary<string, string> Metadata, bool HasChecksums = false);

/// <param name="PartNumber">1-based.</param>
/// <param name="ETag">As the store gave it; empty where parts have none (Azure).</param>
/// <param name="Length">Bytes.</param>
/// <param name="Checksum">Base64 of the big-endian CRC32C of the part's bytes, when the upload has checksums.</param>
public sealed record StoredPart(int PartNumber, string ETag, long Length, string? Checksum = null);

/// <summary>An upload that was begun and neither committed nor aborted.</summary>
public sealed record UnfinishedUpload(string Key, string Id, DateTimeOffset? Begun);
