using System.Collections.Concurrent;

namespace RescaleInterlink.Benchmarks.Target;

/// <summary>A multipart upload that is not finished.</summary>
internal sealed class TargetUpload(string path, IReadOnlyDictionary<string, string> metadata)
{
    private readonly ConcurrentDictionary<int, TargetPart> _parts = new();

    public string Path { get; } = path;

    public IEnumerable<TargetPart> Parts => _parts.Values.OrderBy(part => part.Number);

    /// <returns>The part's ETag.</returns>
    public string Add(int number, ReadOnlyMemory<byte>[] pieces, long length) =>
        (_parts[number] = new TargetPart(number, pieces, length, NewETag())).ETag;

    public TargetObject Finish() => new(
        [.. Parts.SelectMany(part => part.Pieces)], Parts.Sum(part => part.Length), NewETag(), metadata, DateTimeOffset.UtcNow);

    /// <summary>Unlike an MD5, so that no client takes it for one and compares.</summary>
    public static string NewETag() => $"\"{Guid.NewGuid().ToString("n")[..20]}-1\"";
}

internal sealed record TargetPart(int Number, ReadOnlyMemory<byte>[] Pieces, long Length, string ETag);
