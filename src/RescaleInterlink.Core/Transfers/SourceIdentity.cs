namespace RescaleInterlink.Transfers;

/// <summary>What proves that a source has not changed while, or since, it was read.</summary>
/// <param name="Length">Bytes, or null when they are made while they are read.</param>
/// <param name="Stamp">Last write time, ETag or hash, as the source can give it; compared for equality only.</param>
public sealed record SourceIdentity(long? Length, string? Stamp);
