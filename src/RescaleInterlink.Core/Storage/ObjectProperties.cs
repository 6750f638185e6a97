namespace RescaleInterlink.Storage;

/// <param name="Length">Stored bytes.</param>
/// <param name="ETag">As the store gave it; compared for equality only.</param>
/// <param name="Metadata">Names compare without case.</param>
public sealed record ObjectProperties(long Length, string ETag, DateTimeOffset? LastModified, IReadOnlyDictionary<string, string> Metadata);
