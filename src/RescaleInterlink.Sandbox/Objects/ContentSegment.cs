namespace RescaleInterlink.Sandbox.Objects;

/// <summary>One file of an object's content: the whole of it, or one part of a multipart upload.</summary>
/// <param name="Id">Name of the content file, 32 hex digits.</param>
/// <param name="Length">Bytes.</param>
public sealed record ContentSegment(string Id, long Length);
