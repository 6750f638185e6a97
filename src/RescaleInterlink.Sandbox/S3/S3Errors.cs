using System.Globalization;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>The refusals this endpoint knows, with the status, code and wording of Amazon S3.</summary>
internal static class S3Errors
{
    public static S3Exception AccessDenied(string message = "Access Denied") => new(403, "AccessDenied", message);

    public static S3Exception HeadersNotSigned(string headers) =>
        new(403, "AccessDenied", "There were headers present in the request which were not signed", ("HeadersNotSigned", headers));

    public static S3Exception MalformedAuthorization(string message, params (string Name, string Value)[] details) =>
        new(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; " + message, details);

    public static S3Exception MalformedPresignedUrl(string message) => new(400, "AuthorizationQueryParametersError", message);

    public static S3Exception InvalidAccessKeyId(string accessKey) =>
        new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", ("AWSAccessKeyId", accessKey));

    public static S3Exception InvalidToken() => new(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");

    public static S3Exception ExpiredToken() => new(400, "ExpiredToken", "The provided token has expired.");

    public static S3Exception RequestTimeTooSkewed(string requestTime, DateTimeOffset now, TimeSpan allowed) => new(
        403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
        ("RequestTime", requestTime), ("ServerTime", S3Xml.Time(now)),
        ("MaxAllowedSkewMilliseconds", allowed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)));

    public static S3Exception SignatureDoesNotMatch(string? stringToSign = null, string? canonicalRequest = null) => new(
        403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        // Like S3, say what was signed: it makes a client's mistake findable. A token that travels in a URL is not repeated.
        stringToSign is null || canonicalRequest is null ? [] : [("StringToSign", stringToSign), ("CanonicalRequest", canonicalRequest)]);

    public static S3Exception PayloadHashMismatch(string given, string computed) => new(
        400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ("ClientComputedContentSHA256", given), ("S3ComputedContentSHA256", computed));

    public static S3Exception BadDigest(string what) => new(400, "BadDigest", $"The {what} you specified did not match the calculated checksum.");

    public static S3Exception InvalidDigest() => new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");

    public static S3Exception IncompleteBody() =>
        new(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");

    public static S3Exception MissingContentLength() =>
        new(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");

    public static S3Exception MalformedTrailer() =>
        new(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");

    public static S3Exception MalformedXml() => new(
        400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    public static S3Exception InvalidRequest(string message) => new(400, "InvalidRequest", message);

    public static S3Exception InvalidArgument(string message, string name, string value) =>
        new(400, "InvalidArgument", message, ("ArgumentName", name), ("ArgumentValue", value));

    public static S3Exception EntityTooLarge(long length, long most) => new(
        400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
        ("ProposedSize", Number(length)), ("MaxSizeAllowed", Number(most)));

    public static S3Exception EntityTooSmall(int part, string etag, long length, long least) => new(
        400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
        ("ProposedSize", Number(length)), ("MinSizeAllowed", Number(least)), ("PartNumber", Number(part)), ("ETag", etag));

    public static S3Exception InvalidPart(string uploadId, int part, string etag) => new(
        400, "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        ("UploadId", uploadId), ("PartNumber", Number(part)), ("ETag", etag));

    public static S3Exception InvalidPartOrder(string uploadId) => new(
        400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.", ("UploadId", uploadId));

    public static S3Exception NoSuchUpload(string uploadId) => new(
        404, "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        ("UploadId", uploadId));

    public static S3Exception NoSuchKey(string key) => new(404, "NoSuchKey", "The specified key does not exist.", ("Key", key));

    public static S3Exception NoSuchBucket(string bucket) =>
        new(404, "NoSuchBucket", "The specified bucket does not exist", ("BucketName", bucket));

    public static S3Exception InvalidRange(string range, long length) => new(
        416, "InvalidRange", "The requested range is not satisfiable", ("RangeRequested", range), ("ActualObjectSize", Number(length)));

    public static S3Exception InvalidPartNumber(int part, int count) => new(
        416, "InvalidPartNumber", "The requested partnumber is not satisfiable",
        ("PartNumberRequested", Number(part)), ("ActualPartCount", Number(count)));

    public static S3Exception PreconditionFailed(string condition) => new(
        412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", ("Condition", condition));

    public static S3Exception KeyTooLong(int length) =>
        new(400, "KeyTooLongError", "Your key is too long", ("Size", Number(length)), ("MaxSizeAllowed", "1024"));

    public static S3Exception MetadataTooLarge(int length) => new(
        400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", ("Size", Number(length)), ("MaxSizeAllowed", "2048"));

    public static S3Exception NotImplemented(string message) => new(501, "NotImplemented", message);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
