using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>
/// Reads the aws-chunked framing: <c>hex-length[;chunk-signature=...]CRLF data CRLF</c>, a chunk of length 0, trailers, an empty
/// line. Yields the data alone; checks every chunk's signature before the next chunk is given out, and the trailers'.
/// Forward only; not thread-safe.
/// </summary>
internal sealed class AwsChunkedStream : AsyncReadStream
{
    // A line holds a length and a signature, or one trailer; 4 KiB are many of them. Data that fill the caller's buffer bypass this one.
    private const int BufferLength = 4096;

    private readonly Stream _inner;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private int _start;
    private int _end;
    private bool _isDisposed;
    private readonly SigningContext? _signing;
    private readonly bool _hasTrailers;
    private readonly long _expected;
    private readonly IncrementalHash? _chunkHash;
    private readonly Dictionary<string, string> _trailers = new(StringComparer.Ordinal);
    private readonly StringBuilder _canonicalTrailers = new();
    private string _previousSignature;
    private string? _chunkSignature;
    private long _left;
    private long _decoded;
    private State _state = State.Header;

    /// <param name="inner">The framed body; not disposed.</param>
    /// <param name="expectedLength">x-amz-decoded-content-length, bytes.</param>
    /// <param name="signing">Checks the chunks' signatures; null when they have none.</param>
    /// <param name="hasTrailers">Whether the payload mode announces trailers.</param>
    public AwsChunkedStream(Stream inner, long expectedLength, SigningContext? signing, bool hasTrailers)
    {
        _inner = inner;
        _expected = expectedLength;
        _signing = signing;
        _hasTrailers = hasTrailers;
        _previousSignature = signing?.Signature ?? "";
        if (signing is not null) _chunkHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    private enum State
    {
        Header,
        Data,
        DataEnd,
        Trailer,
        End,
    }

    /// <summary>The trailers, lower-case names; complete once the stream has been read to its end.</summary>
    public IReadOnlyDictionary<string, string> Trailers => _trailers;

    /// <exception cref="S3Exception">The framing is broken, ends early, or a signature is wrong.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            switch (_state)
            {
                case State.Header:
                    StartChunk(await ReadLineAsync(cancellationToken).ConfigureAwait(false));
                    break;
                case State.Data when buffer.IsEmpty:
                    return 0;
                case State.Data:
                    return await ReadDataAsync(buffer, cancellationToken).ConfigureAwait(false);
                case State.DataEnd:
                    if ((await ReadLineAsync(cancellationToken).ConfigureAwait(false)).Length != 0) throw S3Errors.IncompleteBody();
                    CheckChunk();
                    _state = State.Header;
                    break;
                case State.Trailer:
                    TakeTrailer(await ReadLineAsync(cancellationToken).ConfigureAwait(false));
                    break;
                default:
                    return 0;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _chunkHash?.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        base.Dispose(disposing);
    }

    private void StartChunk(string line)
    {
        const string signatureField = ";chunk-signature=";
        var end = line.IndexOf(';', StringComparison.Ordinal);
        if (!long.TryParse(end < 0 ? line : line[..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
            throw S3Errors.IncompleteBody();
        _chunkSignature = end >= 0 && line.AsSpan(end).StartsWith(signatureField, StringComparison.Ordinal) ? line[(end + signatureField.Length)..] : null;
        if (_left > _expected - _decoded) throw S3Errors.IncompleteBody();
        if (_left > 0)
        {
            _state = State.Data;
            return;
        }

        if (_decoded != _expected) throw S3Errors.IncompleteBody();
        CheckChunk();
        _state = State.Trailer;
    }

    private async ValueTask<int> ReadDataAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.Length > _left) buffer = buffer[..(int)_left];
        int count;
        if (_start < _end)
        {
            count = Math.Min(_end - _start, buffer.Length);
            _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
            _start += count;
        }
        else count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);

        if (count == 0) throw S3Errors.IncompleteBody();
        _chunkHash?.AppendData(buffer.Span[..count]);
        _left -= count;
        _decoded += count;
        if (_left == 0) _state = State.DataEnd;
        return count;
    }

    private void CheckChunk()
    {
        if (_signing is null) return;
        var hash = Convert.ToHexStringLower(_chunkHash!.GetHashAndReset());
        CheckSignature(
            _chunkSignature,
            $"{SignatureV4.Algorithm}-PAYLOAD\n{_signing.Timestamp}\n{_signing.Scope}\n{_previousSignature}\n{SignatureV4.EmptyHash}\n{hash}");
    }

    private void TakeTrailer(string line)
    {
        if (line.Length == 0)
        {
            if (_hasTrailers && _signing is not null && !_trailers.ContainsKey(TrailerSignature)) throw S3Errors.MalformedTrailer();
            _state = State.End;
            return;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !_hasTrailers || _trailers.Count > 16) throw S3Errors.MalformedTrailer();
        var name = line[..colon].Trim().ToLowerInvariant();
        var value = line[(colon + 1)..].Trim();
        if (!_trailers.TryAdd(name, value)) throw S3Errors.MalformedTrailer();
        if (name != TrailerSignature) _canonicalTrailers.Append(name).Append(':').Append(value).Append('\n');
        else if (_signing is not null)
            CheckSignature(
                value,
                $"{SignatureV4.Algorithm}-TRAILER\n{_signing.Timestamp}\n{_signing.Scope}\n{_previousSignature}\n"
                + SignatureV4.HexSha256(Encoding.UTF8.GetBytes(_canonicalTrailers.ToString())));
    }

    private const string TrailerSignature = "x-amz-trailer-signature";

    private void CheckSignature(string? given, string toSign)
    {
        var computed = SignatureV4.Sign(_signing!.Key, toSign);
        if (given is null || !SignatureV4.AreEqual(computed, given)) throw S3Errors.SignatureDoesNotMatch();
        _previousSignature = computed;
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            // Either the end of the body, or a line that is none.
            var count = _end == BufferLength ? 0 : await _inner.ReadAsync(_buffer.AsMemory(_end, BufferLength - _end), cancellationToken).ConfigureAwait(false);
            if (count == 0) throw S3Errors.IncompleteBody();
            _end += count;
        }
    }
}
