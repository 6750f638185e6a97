using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Reads a v1 object: parts of equal encrypted length, each with its own key, IV and padding.</summary>
internal sealed class PartedPlaintext(Stream ciphertext, long encryptedPart, Func<long, Stream, Stream> decryptPart) : ReadOnlyStream
{
    private Stream? _part;
    private long _next;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            if (_part is null)
            {
                var bytes = new PartBytes(ciphertext, encryptedPart);
                if (bytes.IsEmpty)
                    return 0;
                _part = decryptPart(_next++, bytes);
            }

            int read = _part.Read(buffer);
            if (read > 0)
                return read;
            _part.Dispose();
            _part = null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _part?.Dispose();
            ciphertext.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The next so many bytes of a stream, which stays open. One byte is read ahead to learn whether there are any.</summary>
    private sealed class PartBytes : ReadOnlyStream
    {
        private readonly Stream _inner;
        private readonly byte _first;
        private long _left;
        private bool _hasFirst;

        public PartBytes(Stream inner, long length)
        {
            int first = inner.ReadByte();
            _inner = inner;
            _left = length;
            _hasFirst = first >= 0;
            IsEmpty = first < 0;
            _first = unchecked((byte)first);
        }

        public bool IsEmpty { get; }

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty || _left == 0 || IsEmpty)
                return 0;
            int read = 1;
            if (_hasFirst)
            {
                buffer[0] = _first;
                _hasFirst = false;
            }
            else
            {
                read = _inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            }

            _left -= read;
            return read;
        }
    }
}
