namespace RescaleInterlink.Storage;

/// <param name="Id">The store's own name for this upload (S3: UploadId).</param>
/// <param name="Metadata">What the finished object will carry; it also proves whose object it is when a reply to the commit is lost.</param>
public sealed record MultipartUpload(string Key, string Id, IReadOnlyDictionary<string, string> Metadata);

/// <param name="PartNumber">1-based.</param>
/// <param name="Length">Bytes.</param>
public sealed record StoredPart(int PartNumber, string ETag, long Length);
