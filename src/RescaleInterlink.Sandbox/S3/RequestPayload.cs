using System.Buffers.Text;
using System.Globalization;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>
/// The body of a request: opened in the mode its x-amz-content-sha256 names, and held to every checksum that came with it, in a
/// header or a trailer.
/// </summary>
internal sealed class RequestPayload : IDisposable
{
    private readonly HttpRequest _request;
    private readonly SigningContext _signing;
    private readonly AwsChunkedStream? _chunked;
    private readonly byte[]? _md5;
    private readonly DigestAlgorithms _checksumAlgorithm;
    private readonly bool _checksumTrails;

    private RequestPayload(HttpRequest request, SigningContext signing)
    {
        _request = request;
        _signing = signing;
        _md5 = ReadMd5(request);
        (_checksumAlgorithm, _checksumTrails) = FindChecksum(request);

        var framed = request.ContentLength;
        if (framed is null && !request.Headers.TransferEncoding.ToString().Contains("chunked", StringComparison.OrdinalIgnoreCase))
            throw S3Errors.MissingContentLength();
        switch (signing.PayloadHash)
        {
            case SignatureV4.StreamingPayload:
            case SignatureV4.StreamingPayloadTrailer:
            case SignatureV4.StreamingUnsignedTrailer:
                Length = DecodedLength(request);
                _chunked = new AwsChunkedStream(
                    request.Body, Length,
                    signing.PayloadHash == SignatureV4.StreamingUnsignedTrailer ? null : signing,
                    signing.PayloadHash != SignatureV4.StreamingPayload);
                break;
            case SignatureV4.UnsignedPayload:
            case { Length: 64 } hash when hash.All(char.IsAsciiHexDigit):
                Length = framed ?? throw S3Errors.MissingContentLength();
                break;
            case { } other when other.StartsWith("STREAMING-AWS4-ECDSA", StringComparison.Ordinal):
                throw S3Errors.NotImplemented("A header you provided implies functionality that is not implemented: " + other);
            default:
                throw S3Errors.InvalidArgument(
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                    "x-amz-content-sha256", signing.PayloadHash);
        }

        if (_checksumTrails && _chunked is null) throw S3Errors.MalformedTrailer();
    }

    /// <summary>Bytes of content, without framing, as announced.</summary>
    public long Length { get; }

    /// <summary>The content.</summary>
    public Stream Content => _chunked ?? _request.Body;

    /// <summary>The additional checksum that came or will come with the content; none when there is none.</summary>
    public DigestAlgorithms ChecksumAlgorithm => _checksumAlgorithm;

    /// <summary>The digests that <see cref="Verify"/> needs.</summary>
    public DigestAlgorithms Digests => _checksumAlgorithm | (IsHashed ? DigestAlgorithms.Sha256 : DigestAlgorithms.None);

    private bool IsHashed => _signing.PayloadHash.Length == 64;

    /// <summary>Opens the body; nothing is read yet.</summary>
    /// <exception cref="S3Exception">The headers about the body are missing or contradict each other.</exception>
    public static RequestPayload Open(HttpRequest request, SigningContext signing) => new(request, signing);

    /// <summary>Whether a checksum or Content-MD5 protects the body; DeleteObjects demands one.</summary>
    public bool IsProtected => _md5 is not null || _checksumAlgorithm != DigestAlgorithms.None;

    /// <summary>Reads a small body whole and verifies it.</summary>
    /// <exception cref="S3Exception">It is longer than <paramref name="most"/>, or wrong.</exception>
    public async Task<byte[]> ReadWholeAsync(int most, CancellationToken cancellationToken)
    {
        if (Length > most) throw S3Errors.MalformedXml();
        var body = new byte[Length];
        var count = await Content.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        // The end is read too: signatures and trailers stand behind the last byte.
        if (count != body.Length || await Content.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0) throw S3Errors.IncompleteBody();
        using var digests = new ContentDigests(Digests | DigestAlgorithms.Md5);
        digests.Append(body);
        digests.Finish();
        Verify(body.Length, algorithm => digests.Result(algorithm).ToArray());
        return body;
    }

    /// <summary>Holds content that has been read to the end to all that was said about it.</summary>
    /// <returns>The additional checksum, now proved; null when there is none.</returns>
    /// <exception cref="S3Exception">IncompleteBody, XAmzContentSHA256Mismatch, BadDigest, MalformedTrailerError.</exception>
    public ObjectChecksum? Verify(StagedContent staged) =>
        Verify(staged.Segment.Length, algorithm => staged.Digest(algorithm).ToArray());

    public void Dispose() => _chunked?.Dispose();

    private ObjectChecksum? Verify(long length, Func<DigestAlgorithms, byte[]> digest)
    {
        if (length != Length) throw S3Errors.IncompleteBody();
        if (IsHashed && Convert.ToHexStringLower(digest(DigestAlgorithms.Sha256)) is var computed
            && !computed.Equals(_signing.PayloadHash, StringComparison.OrdinalIgnoreCase))
            throw S3Errors.PayloadHashMismatch(_signing.PayloadHash, computed);
        if (_md5 is not null && !digest(DigestAlgorithms.Md5).AsSpan().SequenceEqual(_md5)) throw S3Errors.BadDigest("Content-MD5");
        if (_checksumAlgorithm == DigestAlgorithms.None) return null;

        var name = Checksums.HeaderOf(_checksumAlgorithm);
        var given = _checksumTrails ? _chunked!.Trailers.GetValueOrDefault(name) ?? throw S3Errors.MalformedTrailer() : _request.Headers[name].ToString();
        if (!Checksums.IsValid(_checksumAlgorithm, given)) throw S3Errors.InvalidRequest($"Value for {name} {(_checksumTrails ? "trailing " : "")}header is invalid.");
        var value = Convert.ToBase64String(digest(_checksumAlgorithm));
        if (value != given) throw S3Errors.BadDigest(Checksums.NameOf(_checksumAlgorithm));
        return new ObjectChecksum(_checksumAlgorithm, value, false);
    }

    private static byte[]? ReadMd5(HttpRequest request)
    {
        var given = request.Headers.ContentMD5.ToString();
        if (given.Length == 0) return null;
        return Base64.IsValid(given, out var length) && length == 16 ? Convert.FromBase64String(given) : throw S3Errors.InvalidDigest();
    }

    private static (DigestAlgorithms Algorithm, bool Trails) FindChecksum(HttpRequest request)
    {
        var trailer = request.Headers["x-amz-trailer"].ToString().Trim();
        var trailing = trailer.StartsWith(Checksums.HeaderPrefix, StringComparison.OrdinalIgnoreCase)
            ? Checksums.ByName(trailer[Checksums.HeaderPrefix.Length..])
            : DigestAlgorithms.None;
        if (trailer.Length > 0 && trailing == DigestAlgorithms.None)
            throw S3Errors.InvalidRequest("The value specified in the x-amz-trailer header is not supported");
        var heading = Checksums.All.Where(algorithm => request.Headers.ContainsKey(Checksums.HeaderOf(algorithm))).ToList();
        if (heading.Count + (trailer.Length > 0 ? 1 : 0) > 1)
            throw S3Errors.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        if (heading.Count == 1 && !Checksums.IsValid(heading[0], request.Headers[Checksums.HeaderOf(heading[0])].ToString()))
            throw S3Errors.InvalidRequest($"Value for {Checksums.HeaderOf(heading[0])} header is invalid.");
        return heading.Count == 1 ? (heading[0], false) : (trailing, trailing != DigestAlgorithms.None);
    }

    private static long DecodedLength(HttpRequest request) =>
        long.TryParse(request.Headers["x-amz-decoded-content-length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw S3Errors.MissingContentLength();
}
