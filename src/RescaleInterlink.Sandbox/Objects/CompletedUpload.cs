namespace RescaleInterlink.Sandbox.Objects;

/// <summary>What an upload becomes when it is completed.</summary>
/// <param name="ETag">The object's ETag.</param>
/// <param name="Parts">The parts to join, in order; others are dropped.</param>
/// <param name="Checksum">The object's additional checksum, if any.</param>
public sealed record CompletedUpload(string ETag, IReadOnlyList<StoredPart> Parts, ObjectChecksum? Checksum);
