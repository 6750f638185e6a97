using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>
/// Reads the aws-chunked framing: <c>hex-length[;chunk-signature=...]CRLF data CRLF</c>, a chunk of length 0, trailers, an empty
/// line. Yields the data alone; checks every chunk's signature before the next chunk is given out, and the trailers'.
/// Forward only; not thread-safe.
/// </summary>
internal sealed class AwsChunkedStream : Stream
{
    // A line holds a length and a signature, or one trailer.
    private const int LongestLine = 4096;

    private readonly PipeReader _reader;
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

    /// <param name="reader">The framed body.</param>
    /// <param name="expectedLength">x-amz-decoded-content-length, bytes.</param>
    /// <param name="signing">Checks the chunks' signatures; null when they have none.</param>
    /// <param name="hasTrailers">Whether the payload mode announces trailers.</param>
    public AwsChunkedStream(PipeReader reader, long expectedLength, SigningContext? signing, bool hasTrailers)
    {
        _reader = reader;
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

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _chunkHash?.Dispose();
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
        var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled) throw new OperationCanceledException();
        var data = result.Buffer;
        if (data.IsEmpty && result.IsCompleted) throw S3Errors.IncompleteBody();
        var count = (int)Math.Min(Math.Min(data.Length, buffer.Length), _left);
        data = data.Slice(0, count);
        data.CopyTo(buffer.Span);
        _reader.AdvanceTo(data.End);
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
            var result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled) throw new OperationCanceledException();
            if (TryTakeLine(result.Buffer, out var line, out var next))
            {
                _reader.AdvanceTo(next);
                return line;
            }

            if (result.IsCompleted || result.Buffer.Length > LongestLine) throw S3Errors.IncompleteBody();
            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static bool TryTakeLine(ReadOnlySequence<byte> buffer, out string line, out SequencePosition next)
    {
        var reader = new SequenceReader<byte>(buffer);
        var found = reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n"u8);
        if (found && bytes.Length > LongestLine) throw S3Errors.IncompleteBody();
        line = found ? Encoding.UTF8.GetString(bytes) : "";
        next = reader.Position;
        return found;
    }
}
