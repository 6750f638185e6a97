namespace RescaleInterlink.Storage;

/// <summary>What not every store can do.</summary>
[Flags]
public enum StoreFeatures
{
    None = 0,

    /// <summary>Unfinished uploads can be listed, whoever began them.</summary>
    ListUploads = 1,

    /// <summary>Giving an upload up frees its parts at once; otherwise they lapse by themselves (Azure: after about 7 days).</summary>
    FreesAbortedParts = 2,

    /// <summary>An upload has an id of its own; otherwise its parts hang on the key alone, and writing to the key anew replaces them.</summary>
    UploadIds = 4,
}

/// <param name="Name">For messages.</param>
/// <param name="MinimumPartSize">Smallest part in bytes, the last one excepted.</param>
/// <param name="MaximumPartSize">Largest part, and largest object of a single request, in bytes.</param>
/// <param name="MaximumParts">Most parts one object can have.</param>
public sealed record StoreCapabilities(string Name, long MinimumPartSize, long MaximumPartSize, int MaximumParts, StoreFeatures Features)
{
    public bool Has(StoreFeatures feature) => (Features & feature) == feature;
}
