using RescaleInterlink.Transfers;

namespace RescaleInterlink.Archiving;

/// <summary>
/// A folder as an uncompressed GNU tar, made while it is read. Entries in ordinal order, uid/gid 0, whole seconds:
/// the same tree gives the same bytes. The layout is computed from the listing, so it has a length and ranges.
/// </summary>
public sealed class TarSource : IRangeSource
{
    /// <param name="rootName">Name of the top entry inside the archive; entries are <c>rootName/...</c>.</param>
    public static Task<TarSource> CreateAsync(string folder, string rootName, CancellationToken cancellationToken) => throw new NotImplementedException();
    public string DisplayName => throw new NotImplementedException();
    public Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Archive names as the Go tool makes them (interop files 8, tv:tarNames).</summary>
public static class ArchiveName
{
    public static string For(string absoluteFolder, bool gzip) => throw new NotImplementedException();
}
