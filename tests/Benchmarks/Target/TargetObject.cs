namespace RescaleInterlink.Benchmarks.Target;

/// <param name="Pieces">The bytes in order; empty for an object whose bytes were only counted.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Metadata">Header names (<c>x-amz-meta-...</c>) and values.</param>
internal sealed record TargetObject(
    IReadOnlyList<ReadOnlyMemory<byte>> Pieces, long Length, string ETag, IReadOnlyDictionary<string, string> Metadata, DateTimeOffset Modified)
{
    public bool HasBytes => Pieces.Count > 0 || Length == 0;

    /// <summary>The pieces of a range, without a copy.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Range(long offset, long length)
    {
        foreach (var piece in Pieces)
        {
            if (length == 0) yield break;
            if (offset >= piece.Length)
            {
                offset -= piece.Length;
                continue;
            }

            var count = (int)Math.Min(length, piece.Length - offset);
            yield return piece.Slice((int)offset, count);
            (offset, length) = (0, length - count);
        }
    }
}
