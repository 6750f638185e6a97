using System.Runtime.CompilerServices;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Following;

/// <summary>A file that a run writes to, read as it grows. One at a time.</summary>
/// <param name="name">Relative path in the work folder.</param>
/// <param name="read">Reads bytes from an offset on, at most so many; null: there is no such file now.</param>
/// <param name="tail">Lines to begin with; null for all.</param>
internal sealed class LiveLog(string name, Func<long, int, CancellationToken, Task<LivePiece?>> read, int? tail)
{
    /// <summary>Most bytes in memory.</summary>
    private const int PieceLength = 8 << 20;

    /// <summary>How far before the end the last lines are looked for at first.</summary>
    private const int FirstTail = 64 << 10;

    private readonly LineSplitter _lines = new();
    private bool _isBegun;

    public string Name => name;
    public LogPosition Position { get; } = new();

    /// <summary>Whether anything was read.</summary>
    public bool IsBegun => Position.Offset > 0;

    /// <summary>What is new. A file that was cut, or replaced by another, is read from its beginning.</summary>
    /// <param name="onCut">Told that it was.</param>
    public async IAsyncEnumerable<string> ReadNewAsync(Action onCut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_isBegun && tail is { } most)
        {
            if (await FindTailAsync(most, cancellationToken).ConfigureAwait(false) is not { } last)
                yield break;
            foreach (var line in last)
                yield return line;
        }

        while (await read(Position.From, PieceLength, cancellationToken).ConfigureAwait(false) is { } piece)
        {
            _isBegun = true;
            if (!Position.TryAdvance(piece.Bytes, out var news))
            {
                onCut();
                if (_lines.Rest() is { } rest)
                    yield return rest;
                Position.Restart();
                continue;
            }

            foreach (var line in _lines.Take(news.Span))
                yield return line;
            if (piece.Bytes.Length < PieceLength)
                yield break;
        }
    }

    /// <summary>Goes on in the file that the run has left.</summary>
    /// <param name="bytes">What is at the position there.</param>
    public IReadOnlyList<string> Take(ReadOnlyMemory<byte> bytes) => Position.TryAdvance(bytes, out var news) ? _lines.Take(news.Span) : [];

    /// <inheritdoc cref="LineSplitter.Rest"/>
    public string? Rest() => _lines.Rest();

    /// <returns>The last lines that are whole, with the position behind what was read; null when there is no such file now.</returns>
    private async Task<IReadOnlyList<string>?> FindTailAsync(int most, CancellationToken cancellationToken)
    {
        if (await read(0, 1, cancellationToken).ConfigureAwait(false) is not { } probe)
            return null;
        _isBegun = true;
        // Nobody says how long it is: it is read through, and only the last lines are kept.
        var total = probe.Total ?? 0;
        for (long length = FirstTail; total > 0 && length <= PieceLength; length *= 4)
        {
            var from = Math.Max(0, total - length);
            if (await read(from, PieceLength, cancellationToken).ConfigureAwait(false) is not { } piece)
                return null;
            if (from > 0 && piece.Bytes.Span.Count((byte)'\n') <= most)
                continue;
            Position.Restart(from);
            Position.TryAdvance(piece.Bytes, out var bytes);
            // The first is half a line, unless it is the file's first.
            return [.. _lines.Take(bytes.Span).Skip(from > 0 ? 1 : 0).TakeLast(most)];
        }

        var last = new Queue<string>();
        while (await read(Position.From, PieceLength, cancellationToken).ConfigureAwait(false) is { } piece && Position.TryAdvance(piece.Bytes, out var news))
        {
            foreach (var line in _lines.Take(news.Span))
            {
                last.Enqueue(line);
                if (last.Count > most)
                    last.Dequeue();
            }

            if (piece.Bytes.Length < PieceLength)
                break;
        }

        return [.. last];
    }
}
