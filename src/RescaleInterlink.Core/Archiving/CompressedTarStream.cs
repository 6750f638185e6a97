using System.IO.Compression;

namespace RescaleInterlink.Archiving;

/// <summary>
/// A gzip of a source (RFC 1952), made as it is read: never more of it is in memory than one piece of the source becomes. The
/// pieces are of one size, however it is read, because where the compressor is fed may show in its output.
/// </summary>
internal sealed class CompressedTarStream : Stream
{
    private const int PieceSize = 128 << 10;
    private const int HeaderSize = 10;
    private const byte UnknownSystem = 255;

    private readonly TarSource _source;
    private readonly byte[] _piece = new byte[PieceSize];
    private readonly MemoryStream _made = new();
    private readonly GZipStream _gzip;
    private long _position;
    private int _taken;
    private bool _hasHeader;
    private bool _ended;

    public CompressedTarStream(TarSource source)
    {
        _source = source;
        _gzip = new GZipStream(_made, CompressionLevel.Optimal, leaveOpen: true);
    }

    /// <summary>Bytes of its buffer.</summary>
    internal int Held => _made.Capacity;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="Errors.RescaleException">As <see cref="TarSource.ReadAsync"/>.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_taken == _made.Length || !_hasHeader)
        {
            if (_ended)
                return 0;
            await MakeAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = (int)Math.Min(buffer.Length, _made.Length - _taken);
        _made.GetBuffer().AsMemory(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The source is read asynchronously only.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gzip.Dispose();
        base.Dispose(disposing);
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (_hasHeader)
        {
            _made.SetLength(0);
            _taken = 0;
        }

        var count = (int)Math.Min(PieceSize, _source.Length - _position);
        await _source.ReadAsync(_position, _piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        _gzip.Write(_piece, 0, count);
        _position += count;
        if (_position == _source.Length)
        {
            _gzip.Dispose();
            _ended = true;
        }

        if (!_hasHeader && _made.Length >= HeaderSize)
        {
            SetHeader(_made.GetBuffer());
            _hasHeader = true;
        }
    }

    /// <summary>No time, no name, no system, no level: what compresses must not show in the bytes.</summary>
    private static void SetHeader(Span<byte> header)
    {
        header[3..(HeaderSize - 1)].Clear();
        header[HeaderSize - 1] = UnknownSystem;
    }
}
