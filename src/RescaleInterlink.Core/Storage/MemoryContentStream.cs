namespace RescaleInterlink.Storage;

/// <summary>Bytes in memory as the body of a request, without a copy; they leave piece by piece, at the pace of the watch.</summary>
internal sealed class MemoryContentStream(ReadOnlyMemory<byte> content, ActivityWatch watch) : Stream
{
    private int _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => content.Length;

    public override long Position
    {
        get => _position;
        set => _position = checked((int)value);
    }

    /// <remarks>Only what makes a checksum of the body reads like this; nothing leaves.</remarks>
    public override int Read(Span<byte> buffer)
    {
        watch.Touch();
        var count = Math.Min(buffer.Length, content.Length - _position);
        content.Span.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = Math.Min(Math.Min(buffer.Length, content.Length - _position), watch.PieceSize);
        if (count > 0) await watch.PaceAsync(count);
        return Read(buffer.Span[..count]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        while (_position < content.Length)
        {
            var count = Math.Min(watch.PieceSize, content.Length - _position);
            await watch.PaceAsync(count);
            await destination.WriteAsync(content.Slice(_position, count), cancellationToken);
            _position += count;
            watch.Touch();
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => content.Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
