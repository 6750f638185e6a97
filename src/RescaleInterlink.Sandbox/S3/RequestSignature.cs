using System.Globalization;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>A request's signature and what it says about itself, read but not yet believed.</summary>
internal sealed record RequestSignature
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public required string AccessKey { get; init; }

    public required string Date { get; init; }

    public required string Region { get; init; }

    public required string Service { get; init; }

    public required IReadOnlyList<string> SignedHeaders { get; init; }

    public required string Signature { get; init; }

    public required string Timestamp { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string PayloadHash { get; init; }

    public string? SessionToken { get; init; }

    /// <summary>Whether it came in a URL; <see cref="Lifetime"/> counts then.</summary>
    public bool IsPresigned { get; init; }

    /// <summary>How long a presigned URL is valid from <see cref="Time"/>.</summary>
    public TimeSpan Lifetime { get; init; }

    public string Scope => $"{Date}/{Region}/{Service}/aws4_request";

    public override string ToString() => $"{AccessKey} {Timestamp} {Scope}";

    /// <summary>Reads the signature from the header, or else from the URL.</summary>
    /// <exception cref="S3Exception">There is none, or it is malformed.</exception>
    public static RequestSignature Read(HttpRequest request, S3Query query)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(SignatureV4.Algorithm, StringComparison.Ordinal)) return FromHeader(request, authorization[SignatureV4.Algorithm.Length..]);
        if (authorization.Length > 0) throw S3Errors.InvalidRequest("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
        if (query["X-Amz-Algorithm"] == SignatureV4.Algorithm) return FromQuery(request, query);
        throw S3Errors.AccessDenied();
    }

    private static RequestSignature FromHeader(HttpRequest request, string authorization)
    {
        var fields = authorization.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(field => field.Split('=', 2))
            .Where(field => field.Length == 2)
            .ToLookup(field => field[0], field => field[1], StringComparer.Ordinal);
        string Field(string name) => fields[name].FirstOrDefault()
            ?? throw S3Errors.MalformedAuthorization($"the authorization header requires three components: Credential, SignedHeaders, and Signature.");

        var timestamp = request.Headers["x-amz-date"].ToString();
        if (timestamp.Length == 0 && DateTimeOffset.TryParseExact(
                request.Headers.Date, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            timestamp = date.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        var payloadHash = request.Headers["x-amz-content-sha256"].ToString();
        if (payloadHash.Length == 0) throw S3Errors.InvalidRequest("Missing required header for this request: x-amz-content-sha256");
        var credential = Field("Credential").Split('/');
        if (credential.Length != 5 || credential[4] != "aws4_request")
            throw S3Errors.MalformedAuthorization("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        return new RequestSignature
        {
            AccessKey = credential[0], Date = credential[1], Region = credential[2], Service = credential[3],
            SignedHeaders = Field("SignedHeaders").Split(';'), Signature = Field("Signature"),
            Timestamp = timestamp,
            Time = ParseTime(timestamp) ?? throw S3Errors.AccessDenied("AWS authentication requires a valid Date or x-amz-date header"),
            PayloadHash = payloadHash,
            SessionToken = request.Headers["x-amz-security-token"] is { Count: > 0 } token ? token.ToString() : null,
        };
    }

    private static RequestSignature FromQuery(HttpRequest request, S3Query query)
    {
        string Field(string name) => query[name] ?? throw S3Errors.MalformedPresignedUrl(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");

        var credential = Field("X-Amz-Credential").Split('/');
        if (credential.Length != 5 || credential[4] != "aws4_request")
            throw S3Errors.MalformedPresignedUrl("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        // Seven days is S3's longest.
        if (!int.TryParse(Field("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 604800)
            throw S3Errors.MalformedPresignedUrl("X-Amz-Expires must be a number of seconds, at most a week (in seconds); that is, 604800.");
        return new RequestSignature
        {
            AccessKey = credential[0], Date = credential[1], Region = credential[2], Service = credential[3],
            SignedHeaders = Field("X-Amz-SignedHeaders").Split(';'), Signature = Field("X-Amz-Signature"),
            Timestamp = Field("X-Amz-Date"),
            Time = ParseTime(Field("X-Amz-Date")) ?? throw S3Errors.MalformedPresignedUrl("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
            PayloadHash = query["X-Amz-Content-Sha256"] is { } given ? given
                : request.Headers["x-amz-content-sha256"] is { Count: > 0 } header ? header.ToString() : SignatureV4.UnsignedPayload,
            SessionToken = query["X-Amz-Security-Token"],
            IsPresigned = true, Lifetime = TimeSpan.FromSeconds(seconds),
        };
    }

    private static DateTimeOffset? ParseTime(string text) => DateTimeOffset.TryParseExact(
        text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
