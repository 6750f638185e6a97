namespace RescaleInterlink.Sandbox.Objects;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">The objects, in the order of their keys' UTF-8 bytes.</param>
/// <param name="CommonPrefixes">What stands for the keys that hold the delimiter behind the prefix, in the same order.</param>
/// <param name="Next">What to pass as "after" for the next page; null when this is the last one.</param>
public sealed record ObjectPage(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes, string? Next);
