using System.Runtime.CompilerServices;

namespace RescaleInterlink.Jobs.Following;

/// <summary>Reads the lines of a file on disk.</summary>
internal static class StoredLog
{
    private const int ReadSize = 64 << 10;

    /// <param name="tail">How many of the last lines; null for all.</param>
    public static async IAsyncEnumerable<string> ReadAsync(FileStream file, int? tail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        file.Position = tail is { } most ? await FindTailAsync(file, most, cancellationToken).ConfigureAwait(false) : 0;
        var lines = new LineSplitter();
        var buffer = new byte[ReadSize];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            foreach (var line in lines.Take(buffer.AsSpan(0, read)))
                yield return line;
        }

        if (lines.Rest() is { } rest)
            yield return rest;
    }

    /// <summary>Whether it is the file of which a part was read while it was written to.</summary>
    public static async Task<bool> IsContinuationAsync(FileStream file, LiveLog live, CancellationToken cancellationToken)
    {
        var buffer = new byte[ReadSize];
        return live.IsBegun && live.Position.Matches(buffer.AsSpan(0, await ReadAtAsync(file, live.Position.From, buffer, cancellationToken).ConfigureAwait(false)));
    }

    /// <summary>The lines behind that part.</summary>
    public static async IAsyncEnumerable<string> ContinueAsync(FileStream file, LiveLog live, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[ReadSize];
        for (var before = -1L; before < live.Position.Offset;)
        {
            before = live.Position.Offset;
            var count = await ReadAtAsync(file, live.Position.From, buffer, cancellationToken).ConfigureAwait(false);
            foreach (var line in live.Take(buffer.AsMemory(0, count)))
                yield return line;
        }

        if (live.Rest() is { } rest)
            yield return rest;
    }

    private static async Task<int> ReadAtAsync(FileStream file, long offset, byte[] buffer, CancellationToken cancellationToken)
    {
        file.Position = offset;
        return await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the last lines begin: read backwards, no further than needed. A line end at the very end begins no line.</summary>
    private static async Task<long> FindTailAsync(FileStream file, int most, CancellationToken cancellationToken)
    {
        if (most == 0)
            return file.Length;
        var buffer = new byte[ReadSize];
        var found = 0;
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - buffer.Length);
            file.Position = start;
            await file.ReadExactlyAsync(buffer.AsMemory(0, (int)(end - start)), cancellationToken).ConfigureAwait(false);
            for (var i = (int)(end - start) - 1; i >= 0; i--)
            {
                var isEnd = buffer[i] == (byte)'\n' && start + i + 1 < file.Length;
                if (isEnd && ++found >= most)
                    return start + i + 1;
            }

            end = start;
        }

        return 0;
    }
}
