namespace RescaleInterlink.Storage;

/// <summary>What a store needs to know of its container; it never learns a Rescale id.</summary>
/// <param name="Endpoint">Custom endpoint (path style), or null for the cloud's own.</param>
public sealed record StoreDescription(string Region, string Container, Uri? Endpoint, bool UseFips = false);
