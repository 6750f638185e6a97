using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Sandbox.Credentials;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>Checks a request's Signature Version 4, in the Authorization header or in a presigned URL.</summary>
internal sealed class Authenticator(TemporaryCredentials credentials, S3Options options, TimeProvider time)
{
    /// <summary>Proves the request authentic; the body is checked while it is read.</summary>
    /// <exception cref="S3Exception">It is not: unknown or expired key, wrong token, skewed clock, wrong signature.</exception>
    public SigningContext Authenticate(HttpRequest request, S3Request parsed)
    {
        var signature = RequestSignature.Read(request, parsed.Query);
        CheckScope(signature);
        var credential = credentials.Find(signature.AccessKey);
        // AWS does not know a temporary key that comes without its token.
        if (credential is null || signature.SessionToken is null) throw S3Errors.InvalidAccessKeyId(signature.AccessKey);
        CheckTime(signature);
        if (!SignatureV4.AreEqual(signature.SessionToken, credential.SessionToken)) throw S3Errors.InvalidToken();
        if (credential.ExpiresAt <= time.GetUtcNow()) throw S3Errors.ExpiredToken();

        CheckSignedHeaders(request, signature);
        var canonical = Canonical(request, parsed, signature);
        var toSign = $"{SignatureV4.Algorithm}\n{signature.Timestamp}\n{signature.Scope}\n{SignatureV4.HexSha256(Encoding.UTF8.GetBytes(canonical))}";
        var key = SignatureV4.SigningKey(credential.SecretKey, signature.Date, signature.Region);
        if (!SignatureV4.AreEqual(SignatureV4.Sign(key, toSign), signature.Signature))
            throw signature.IsPresigned ? S3Errors.SignatureDoesNotMatch() : S3Errors.SignatureDoesNotMatch(toSign, Redact(canonical, credential));
        return new SigningContext(key, signature.Timestamp, signature.Scope, signature.Signature, signature.PayloadHash);
    }

    private void CheckScope(RequestSignature signature)
    {
        if (signature.Region != options.Region)
            throw S3Errors.MalformedAuthorization(
                $"the region '{signature.Region}' is wrong; expecting '{options.Region}'", ("Region", options.Region));
        if (signature.Service != "s3") throw S3Errors.MalformedAuthorization($"incorrect service \"{signature.Service}\". This endpoint belongs to \"s3\".");
        if (!signature.Timestamp.StartsWith(signature.Date, StringComparison.Ordinal))
            throw S3Errors.MalformedAuthorization($"Invalid credential date \"{signature.Date}\". This date is not the same as X-Amz-Date.");
    }

    private void CheckTime(RequestSignature signature)
    {
        var now = time.GetUtcNow();
        if (!signature.IsPresigned)
        {
            if ((now - signature.Time).Duration() > options.AllowedClockSkew)
                throw S3Errors.RequestTimeTooSkewed(signature.Timestamp, now, options.AllowedClockSkew);
            return;
        }

        if (now > signature.Time + signature.Lifetime) throw S3Errors.AccessDenied("Request has expired");
        if (signature.Time - now > options.AllowedClockSkew) throw S3Errors.AccessDenied("Request is not valid yet");
    }

    private static void CheckSignedHeaders(HttpRequest request, RequestSignature signature)
    {
        var missing = request.Headers.Keys
            .Where(name => name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
            .Select(name => name.ToLowerInvariant())
            // Only checked against the body, which the streaming modes sign in their own way.
            .Where(name => !(signature.IsPresigned && name == "x-amz-content-sha256"))
            .Except(signature.SignedHeaders, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0) throw S3Errors.HeadersNotSigned(string.Join(", ", missing));
    }

    private static string Canonical(HttpRequest request, S3Request parsed, RequestSignature signature)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n')
            .Append(UriEncoding.EncodePath(parsed.Path)).Append('\n')
            .Append(parsed.Query.Canonical(signature.IsPresigned ? "X-Amz-Signature" : null)).Append('\n');
        foreach (var name in signature.SignedHeaders)
            text.Append(name).Append(':').AppendJoin(',', request.Headers[name].Select(value => Trim(value ?? ""))).Append('\n');
        return text.Append('\n').AppendJoin(';', signature.SignedHeaders).Append('\n').Append(signature.PayloadHash).ToString();
    }

    // Signature Version 4 folds runs of spaces.
    private static string Trim(string value)
    {
        value = value.Trim();
        while (value.Contains("  ", StringComparison.Ordinal)) value = value.Replace("  ", " ", StringComparison.Ordinal);
        return value;
    }

    private static string Redact(string canonical, TemporaryCredential credential) =>
        canonical.Replace(credential.SessionToken, "***", StringComparison.Ordinal);
}
