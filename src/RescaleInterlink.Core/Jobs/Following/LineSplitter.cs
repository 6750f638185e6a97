using System.Buffers;
using System.Text;

namespace RescaleInterlink.Jobs.Following;

/// <summary>
/// Makes lines of bytes that come in pieces. A line ends with LF or CRLF; a CR inside stays, for that is how programs draw progress over itself.
/// Text is UTF-8, with or without byte order mark; a byte that is none becomes U+FFFD. One at a time.
/// </summary>
internal sealed class LineSplitter
{
    /// <summary>Bytes of a line: a longer one comes in parts, so that a file without line ends does not fill the memory.</summary>
    public const int LongestLine = 4 << 20;

    private readonly ArrayBufferWriter<byte> _pending = new();
    private bool _isBegun;

    /// <summary>Takes what follows, and gives the lines that are whole now.</summary>
    public IReadOnlyList<string> Take(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            var room = LongestLine - _pending.WrittenCount;
            if (part.Length > room)
            {
                _pending.Write(part[..room]);
                lines.Add(Text());
                bytes = bytes[room..];
                continue;
            }

            _pending.Write(part);
            bytes = bytes[(end < 0 ? part.Length : end + 1)..];
            if (end >= 0)
                lines.Add(Text());
        }

        return lines;
    }

    /// <summary>What has no end yet, as the last line; null when there is nothing.</summary>
    public string? Rest() => _pending.WrittenCount == 0 ? null : Text();

    private string Text()
    {
        var bytes = _pending.WrittenSpan;
        if (!_isBegun && bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        _isBegun = true;
        if (bytes is [.., (byte)'\r'])
            bytes = bytes[..^1];
        var text = Encoding.UTF8.GetString(bytes);
        _pending.ResetWrittenCount();
        return text;
    }
}
