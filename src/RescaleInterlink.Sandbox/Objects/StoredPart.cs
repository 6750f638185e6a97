namespace RescaleInterlink.Sandbox.Objects;

/// <summary>One part of a multipart upload, staged until the upload is completed.</summary>
/// <param name="Number">1 to 10 000.</param>
/// <param name="ETag">Hex MD5 of the part, without quotes.</param>
/// <param name="LastModified">When it was stored.</param>
/// <param name="Segment">Its content.</param>
/// <param name="Checksum">Its proved additional checksum, if any.</param>
public sealed record StoredPart(int Number, string ETag, DateTimeOffset LastModified, ContentSegment Segment, ObjectChecksum? Checksum);
