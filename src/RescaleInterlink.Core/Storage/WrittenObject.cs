namespace RescaleInterlink.Storage;

/// <summary>What a store answers when it has taken a whole object in one request.</summary>
/// <param name="HasChecksum">It compared a checksum of the bytes.</param>
public sealed record WrittenObject(string ETag, bool HasChecksum = false);
