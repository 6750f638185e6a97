using System.Text;

namespace RescaleInterlink.Sandbox.Credentials;

/// <summary>One set of temporary S3 credentials, as <c>POST /api/v3/credentials/</c> hands them out.</summary>
/// <param name="AccessKey">Public identifier: "ASIA" and 16 characters of A-Z and 2-7, like those of AWS STS.</param>
/// <param name="SecretKey">The signing secret. Never logged.</param>
/// <param name="SessionToken">Must accompany every request as x-amz-security-token. Never logged.</param>
/// <param name="ExpiresAt">From this moment on the S3 endpoint answers ExpiredToken.</param>
public sealed record TemporaryCredential(string AccessKey, string SecretKey, string SessionToken, DateTimeOffset ExpiresAt)
{
    // A record prints all its members; secrets must not reach a log that way.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(nameof(AccessKey)).Append(" = ").Append(AccessKey)
            .Append(", ").Append(nameof(ExpiresAt)).Append(" = ").AppendFormat(null, "{0:O}", ExpiresAt);
        return true;
    }
}
