namespace RescaleInterlink.Sandbox.Objects;

/// <summary>What is committed together with an object's content.</summary>
/// <param name="Metadata">User metadata: lower-case names without "x-amz-meta-".</param>
/// <param name="Headers">Content-Type and its like.</param>
/// <param name="Checksum">The proved additional checksum, if any.</param>
public sealed record ObjectAttributes(
    IReadOnlyDictionary<string, string> Metadata, ObjectHeaders Headers, ObjectChecksum? Checksum = null)
{
    /// <summary>No metadata, no headers, no checksum.</summary>
    public static ObjectAttributes None { get; } = new(new Dictionary<string, string>(), ObjectHeaders.None);
}
