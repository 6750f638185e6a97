namespace RescaleInterlink.Jobs.Following;

/// <summary>How far a growing file has been read, and what was read last: only when that is still there has the file merely grown.</summary>
internal sealed class LogPosition
{
    private const int Remembered = 256;

    private byte[] _last = [];

    /// <summary>Bytes read.</summary>
    public long Offset { get; private set; }

    /// <summary>Where to read on: so far before <see cref="Offset"/> that the bytes read last are seen again.</summary>
    public long From => Offset - _last.Length;

    /// <summary>Whether these bytes, of <see cref="From"/>, begin with what was read last.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.StartsWith(_last);

    /// <param name="bytes">What is at <see cref="From"/> now.</param>
    /// <returns>What is new; false when it is another file, or one that was cut.</returns>
    public bool TryAdvance(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> news)
    {
        news = default;
        if (!Matches(bytes.Span))
            return false;
        news = bytes[_last.Length..];
        Offset += news.Length;
        _last = bytes[^Math.Min(Remembered, bytes.Length)..].ToArray();
        return true;
    }

    /// <summary>Begins anew somewhere.</summary>
    public void Restart(long offset = 0) => (Offset, _last) = (offset, []);
}
