using RescaleInterlink.Storage;
using RescaleInterlink.Storage.S3;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

internal static class S3Scripting
{
    public const string Secret = "a-very-secret-key";
    public const string SessionToken = "a-very-secret-token";

    public static readonly StoreTimeouts Patient = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    public static readonly StoreTimeouts Impatient = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(60));

    public static StoreCredentials Keys(int generation = 1) =>
        new($"ASIAGENERATION{generation}", Secret, SessionToken, DateTimeOffset.UtcNow.AddMinutes(15));

    public static StoreDescription Describe(Uri endpoint) => new("us-east-1", "sandbox", endpoint);

    /// <summary>A store without retries, so that a test sees each failure as it is.</summary>
    public static S3ObjectStore Open(Uri endpoint, StoreTimeouts? timeouts = null, CredentialSource? credentials = null, HttpClient? http = null) =>
        new(Describe(endpoint), new CredentialCache(credentials ?? ((_, _) => Task.FromResult(Keys())), TimeProvider.System),
            http ?? new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan }, timeouts ?? Patient);

    /// <summary>Waits are rolled at zero, so that retries cost no time.</summary>
    public static RetryPolicy Hasty { get; } = new(() => 0, TimeProvider.System);

    public static IReadOnlyDictionary<string, string> Metadata(string iv = "aXY=") =>
        new Dictionary<string, string> { ["iv"] = iv, ["streamingformat"] = "cbc" };

    public static ScriptedReply Properties(long length, string etag = "\"e\"", string iv = "aXY=") => new(
        200, null, [("ETag", etag), ("x-amz-meta-iv", iv), ("x-amz-meta-streamingformat", "cbc"), ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT")], length);
}
