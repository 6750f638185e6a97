using Microsoft.Win32.SafeHandles;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// A range of several content files read as one. All are opened at once, so that the content stays whole when the object is
/// replaced or deleted meanwhile. Forward only; not thread-safe.
/// </summary>
internal sealed class SegmentStream : ReadOnlyStream
{
    private readonly SafeFileHandle[] _files;
    private readonly long[] _lengths;
    private int _current;
    private long _offset;
    private long _left;

    /// <summary>Opens the files.</summary>
    /// <param name="segments">The files and their lengths in bytes; none is empty.</param>
    /// <param name="offset">Where the range begins in the first file.</param>
    /// <param name="length">Bytes of the range.</param>
    /// <exception cref="FileNotFoundException">One of the files is gone.</exception>
    public SegmentStream(IReadOnlyList<(string Path, long Length)> segments, long offset, long length)
    {
        _files = new SafeFileHandle[segments.Count];
        _lengths = new long[segments.Count];
        _offset = offset;
        _left = length;
        try
        {
            for (var i = 0; i < _files.Length; i++)
            {
                _files[i] = File.OpenHandle(segments[i].Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
                _lengths[i] = segments[i].Length;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _left == 0) return 0;
        if (_offset == _lengths[_current])
        {
            _current++;
            _offset = 0;
        }

        var count = (int)Math.Min(Math.Min(buffer.Length, _left), _lengths[_current] - _offset);
        var read = RandomAccess.Read(_files[_current], buffer[..count], _offset);
        if (read == 0) throw new EndOfStreamException("A content file is shorter than its descriptor says.");
        _offset += read;
        _left -= read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var file in _files) file?.Dispose();
        base.Dispose(disposing);
    }
}
