using System.Globalization;
using System.Text;
using RescaleInterlink.Storage;
using RescaleInterlink.Storage.S3;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

internal static class S3Scripting
{
    public const string Secret = "a-very-secret-key";
    public const string SessionToken = "a-very-secret-token";

    public static readonly StoreTimeouts Patient = new(TestPatience.Long, TestPatience.Long);
    public static readonly StoreTimeouts Impatient = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(60));

    public static S3Credentials Keys(int generation = 1) =>
        new($"ASIAGENERATION{generation}", Secret, SessionToken, DateTimeOffset.UtcNow.AddMinutes(15));

    public static StoreDescription Describe(Uri endpoint) => new("us-east-1", "sandbox", endpoint);

    /// <param name="script">Gets each request and its 0-based number.</param>
    public static ScriptedServer Serve(Func<ScriptedRequest, int, S3Reply> script)
    {
        var count = -1;
        return new ScriptedServer((request, reply) => script(request, Interlocked.Increment(ref count)).SendAsync(request, reply));
    }

    /// <summary>A store without retries, so that a test sees each failure as it is.</summary>
    public static S3ObjectStore Open(Uri endpoint, StoreTimeouts? timeouts = null, CredentialSource<S3Credentials>? credentials = null, HttpClient? http = null) =>
        new(Describe(endpoint), new CredentialCache<S3Credentials>(credentials ?? ((_, _) => Task.FromResult(Keys())), TimeProvider.System),
            http ?? new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan }, timeouts ?? Patient);

    /// <summary>Waits are rolled at zero, so that retries cost no time.</summary>
    public static RetryPolicy Hasty { get; } = new(() => 0, TimeProvider.System);

    public static IReadOnlyDictionary<string, string> Metadata(string iv = "aXY=") =>
        new Dictionary<string, string> { ["iv"] = iv, ["streamingformat"] = "cbc" };

    public static S3Reply Properties(long length, string etag = "\"e\"", string iv = "aXY=") => new(
        200, null, [("ETag", etag), ("x-amz-meta-iv", iv), ("x-amz-meta-streamingformat", "cbc"), ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT")], length);
}

/// <summary>An answer, or what happens instead of one.</summary>
/// <param name="DeclaredLength">Content-Length to send when it shall differ from the body's.</param>
/// <param name="Reset">Reset the connection after the bytes that are given.</param>
/// <param name="Stall">Send nothing more after them, and keep the connection open.</param>
internal sealed record S3Reply(
    int Status = 200, byte[]? Body = null, (string Name, string Value)[]? Headers = null, long? DeclaredLength = null,
    bool Reset = false, bool Stall = false, bool NoHead = false)
{
    public static S3Reply Error(int status, string code) =>
        new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>text of the server</Message></Error>"),
            [("Content-Type", "application/xml")]);

    public static S3Reply Xml(string body) => new(200, Encoding.UTF8.GetBytes(body), [("Content-Type", "application/xml")]);

    public async Task SendAsync(ScriptedRequest request, ScriptedReply reply)
    {
        if (!NoHead)
        {
            var body = Body ?? [];
            var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} X\r\n");
            foreach (var (name, value) in Headers ?? []) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {DeclaredLength ?? body.Length}\r\n\r\n");
            if (request.Method != "HEAD") head.Append(Encoding.ASCII.GetString(body));
            await reply.RawAsync(head.ToString());
        }

        if (Stall) await reply.StallAsync();
        if (Reset) await reply.ResetAsync();
    }
}
