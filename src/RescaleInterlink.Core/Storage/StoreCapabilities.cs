namespace RescaleInterlink.Storage;

/// <param name="Name">For messages.</param>
/// <param name="MinimumPartSize">Smallest part in bytes, the last one excepted.</param>
/// <param name="MaximumPartSize">Largest part, and largest object of a single request, in bytes.</param>
/// <param name="MaximumParts">Most parts one object can have.</param>
public sealed record StoreCapabilities(string Name, long MinimumPartSize, long MaximumPartSize, int MaximumParts);
