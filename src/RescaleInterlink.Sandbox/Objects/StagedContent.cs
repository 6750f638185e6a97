namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// Content that lies in the store but belongs to no object yet. Whoever stages it either commits it or disposes it; disposing
/// uncommitted content deletes it.
/// </summary>
public sealed class StagedContent : IDisposable
{
    private readonly ContentStore _store;
    private readonly ContentDigests _digests;
    private bool _committed;

    internal StagedContent(ContentStore store, ContentSegment segment, ContentDigests digests)
    {
        _store = store;
        Segment = segment;
        _digests = digests;
    }

    /// <summary>The content file.</summary>
    public ContentSegment Segment { get; }

    /// <summary>The digest of one algorithm, big-endian. MD5 is always there, others when they were asked for.</summary>
    /// <exception cref="InvalidOperationException">The digest was not asked for.</exception>
    public ReadOnlySpan<byte> Digest(DigestAlgorithms algorithm) => _digests.Result(algorithm);

    /// <summary>Hex MD5, lower case: the ETag of an object put whole and of a part.</summary>
    public string ETag => Convert.ToHexStringLower(Digest(DigestAlgorithms.Md5));

    /// <summary>Marks the content as owned by a descriptor on disk.</summary>
    internal void Commit() => _committed = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_committed) _store.Delete([Segment]);
    }
}
