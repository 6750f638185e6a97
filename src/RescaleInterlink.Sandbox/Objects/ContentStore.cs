using System.Buffers;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// Files of bytes under random names in two levels of folders. They are written once and never changed; a file that no
/// descriptor names is waste and goes at the next start.
/// </summary>
internal sealed class ContentStore
{
    // Large enough that the step between threads costs nothing, small enough to stay in the processor's cache.
    private const int BufferLength = 256 * 1024;

    private readonly string _root;

    public ContentStore(string root)
    {
        _root = root;
        PrivateFiles.CreateFolder(root);
    }

    /// <summary>
    /// Streams <paramref name="content"/> to its end into a new file. Hashing and writing of one buffer run beside the reading of
    /// the next one. Whatever the stream throws comes through, and the file is gone.
    /// </summary>
    public async Task<StagedContent> StageAsync(Stream content, DigestAlgorithms digests, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var path = PathOf(id);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        using var running = new ContentDigests(digests | DigestAlgorithms.Md5);
        try
        {
            long length;
            var file = PrivateFiles.Create(path);
            await using (file.ConfigureAwait(false))
                length = await CopyAsync(content, file, running, cancellationToken).ConfigureAwait(false);
            running.Finish();
            return new StagedContent(this, new ContentSegment(id, length), running);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>
    /// A range of the segments taken as one. Only the files it touches are opened; they stay readable when deleted meanwhile.
    /// </summary>
    /// <exception cref="FileNotFoundException">A segment has been deleted.</exception>
    public Stream Open(IReadOnlyList<ContentSegment> segments, long offset, long length)
    {
        var touched = new List<(string Path, long Length)>();
        long start = 0, skipped = 0;
        foreach (var segment in segments)
        {
            var end = start + segment.Length;
            if (end <= offset) skipped = end;
            else if (start < offset + length) touched.Add((PathOf(segment.Id), segment.Length));
            start = end;
        }

        return new SegmentStream(touched, offset - skipped, length);
    }

    /// <summary>Whether all segments are there in full length.</summary>
    public bool IsWhole(IEnumerable<ContentSegment> segments) =>
        segments.All(segment => new FileInfo(PathOf(segment.Id)) is { Exists: true } file && file.Length == segment.Length);

    /// <summary>Deletes content files; missing ones are no error.</summary>
    public void Delete(IEnumerable<ContentSegment> segments)
    {
        foreach (var segment in segments) File.Delete(PathOf(segment.Id));
    }

    /// <summary>Deletes every content file that <paramref name="used"/> does not name: what a killed process was writing.</summary>
    public void Sweep(IReadOnlySet<string> used)
    {
        foreach (var file in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories))
            if (!used.Contains(Path.GetFileName(file))) File.Delete(file);
    }

    private string PathOf(string id) => Path.Combine(_root, id[..2], id[2..4], id);

    private static async Task<long> CopyAsync(Stream content, FileStream file, ContentDigests digests, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        var other = ArrayPool<byte>.Shared.Rent(BufferLength);
        var busy = Task.CompletedTask;
        try
        {
            long length = 0;
            while (true)
            {
                var count = await content.ReadAtLeastAsync(
                    buffer.AsMemory(0, BufferLength), BufferLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                await busy.ConfigureAwait(false);
                if (count == 0) return length;
                if (count < BufferLength)
                {
                    digests.Append(buffer.AsSpan(0, count));
                    RandomAccess.Write(file.SafeFileHandle, buffer.AsSpan(0, count), length);
                    return length + count;
                }

                busy = ConsumeAsync(file, digests, buffer, length);
                length += count;
                (buffer, other) = (other, buffer);
            }
        }
        finally
        {
            // Nothing may hash or write a buffer that is somebody else's; what the work threw is thrown above or of no interest any more.
            await busy.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    private static Task ConsumeAsync(FileStream file, ContentDigests digests, byte[] buffer, long offset) => Task.Run(() =>
    {
        digests.Append(buffer.AsSpan(0, BufferLength));
        RandomAccess.Write(file.SafeFileHandle, buffer.AsSpan(0, BufferLength), offset);
    });
}
