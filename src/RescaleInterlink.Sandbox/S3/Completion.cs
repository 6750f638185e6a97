using System.Globalization;
using System.Security.Cryptography;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>What a CompleteMultipartUpload request demands, and whether an upload can give it.</summary>
internal sealed class Completion
{
    private readonly List<Part> _parts;
    private readonly DigestAlgorithms _checksumAlgorithm;
    private readonly string? _checksum;
    private readonly string? _length;

    private Completion(List<Part> parts, DigestAlgorithms checksumAlgorithm, string? checksum, string? length)
    {
        _parts = parts;
        _checksumAlgorithm = checksumAlgorithm;
        _checksum = checksum;
        _length = length;
    }

    /// <summary>Reads the document and the headers about the object to be.</summary>
    /// <exception cref="S3Exception">MalformedXML.</exception>
    public static Completion Read(byte[] body, S3Call call)
    {
        var parts = S3Xml.Read(body, "CompleteMultipartUpload").Children("Part").Select(part =>
        {
            if (!int.TryParse(part.Text("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || part.Text("ETag") is not { } etag)
                throw S3Errors.MalformedXml();
            var algorithm = Checksums.All.FirstOrDefault(one => part.Text(Checksums.ElementOf(one)) is not null);
            return new Part(number, etag.Trim('"'), algorithm, algorithm == DigestAlgorithms.None ? null : part.Text(Checksums.ElementOf(algorithm)));
        }).ToList();
        if (parts.Count is 0 or > 10000) throw S3Errors.MalformedXml();
        var header = Checksums.All.FirstOrDefault(one => call.Header(Checksums.HeaderOf(one)) is not null);
        return new Completion(
            parts, header, header == DigestAlgorithms.None ? null : call.Header(Checksums.HeaderOf(header)), call.Header("x-amz-mp-object-size"));
    }

    /// <summary>Holds the demand against the upload as it stands.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="least">Least bytes of every part but the last.</param>
    /// <exception cref="S3Exception">InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest, BadDigest.</exception>
    public CompletedUpload Choose(MultipartUpload upload, long least)
    {
        for (var i = 1; i < _parts.Count; i++)
            if (_parts[i].Number <= _parts[i - 1].Number) throw S3Errors.InvalidPartOrder(upload.Id);
        var chosen = _parts.Select(part => Match(upload, part)).ToList();
        var small = chosen.SkipLast(1).FirstOrDefault(part => part.Segment.Length < least);
        if (small is not null) throw S3Errors.EntityTooSmall(small.Number, small.ETag, small.Segment.Length, least);
        if (_length is not null && _length != chosen.Sum(part => part.Segment.Length).ToString(CultureInfo.InvariantCulture))
            throw S3Errors.InvalidRequest("The provided 'x-amz-mp-object-size' header value does not match what was computed.");
        return new CompletedUpload(ETagOf(chosen), chosen, ChecksumOf(upload, chosen));
    }

    private static StoredPart Match(MultipartUpload upload, Part wanted)
    {
        if (!upload.Parts.TryGetValue(wanted.Number, out var part) || !part.ETag.Equals(wanted.ETag, StringComparison.OrdinalIgnoreCase))
            throw S3Errors.InvalidPart(upload.Id, wanted.Number, wanted.ETag);
        if (wanted.Checksum is not null && (part.Checksum?.Algorithm != wanted.Algorithm || part.Checksum.Value != wanted.Checksum))
            throw S3Errors.InvalidPart(upload.Id, wanted.Number, wanted.ETag);
        if (wanted.Checksum is null && upload is { ChecksumIsComposite: true, ChecksumAlgorithm: not DigestAlgorithms.None })
            throw S3Errors.InvalidRequest(
                $"The upload was created using a {Checksums.NameOf(upload.ChecksumAlgorithm).ToLowerInvariant()} checksum. The complete request must include the checksum for each part. It was missing for part {wanted.Number} in the request.");
        return part;
    }

    // The MD5 of the parts' MD5s, a dash, the number of parts: S3's ETag of a multipart object.
    private static string ETagOf(List<StoredPart> parts)
    {
        var all = parts.SelectMany(part => Convert.FromHexString(part.ETag)).ToArray();
        var sum = ContentDigests.Compute(DigestAlgorithms.Md5, all);
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(sum)}-{parts.Count}");
    }

    private ObjectChecksum? ChecksumOf(MultipartUpload upload, List<StoredPart> parts)
    {
        if (_checksum is not null && _checksumAlgorithm != upload.ChecksumAlgorithm)
            throw S3Errors.InvalidRequest("The checksum of the object is of another algorithm than the upload's.");
        if (upload.ChecksumAlgorithm == DigestAlgorithms.None) return null;
        var checksum = Checksums.OfParts(upload.ChecksumAlgorithm, upload.ChecksumIsComposite, parts);
        if (_checksum is null || _checksum == checksum.Value) return checksum;
        throw S3Errors.BadDigest(Checksums.NameOf(upload.ChecksumAlgorithm));
    }

    private sealed record Part(int Number, string ETag, DigestAlgorithms Algorithm, string? Checksum);
}
