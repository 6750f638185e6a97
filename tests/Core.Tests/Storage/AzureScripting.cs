using System.Text;
using RescaleInterlink.Storage;
using RescaleInterlink.Storage.AzureBlob;

namespace RescaleInterlink.Core.Tests.Storage;

internal static class AzureScripting
{
    public const string Secret = "SECRETsecretSECRETsecret";

    public static SasCredentials Sas(int generation = 1) =>
        new($"sv=2021&sr=c&gen={generation}&sig={Secret}", CoversContainer: true, DateTimeOffset.UtcNow.AddMinutes(15));

    /// <summary>A store without retries, so that a test sees each failure as it is.</summary>
    public static AzureBlobStore Open(Uri endpoint, StoreTimeouts? timeouts = null, CredentialSource<SasCredentials>? credentials = null) => new(
        new AzureStoreDescription("account1", "container", endpoint),
        new SasTokens(credentials ?? ((_, _) => Task.FromResult(Sas())), TimeProvider.System),
        new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan },
        timeouts ?? S3Scripting.Patient);

    /// <summary>Azure's error, which in its text repeats what was asked for.</summary>
    public static S3Reply Error(int status, string code, params (string, string)[] headers) => new(
        status,
        Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>sig={Secret}</Message></Error>"),
        [("x-ms-error-code", code), ("Content-Type", "application/xml"), .. headers]);

    public static S3Reply Created(string etag = "\"0x1\"") =>
        new(201, null, [("ETag", etag), ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT")]);

    public static S3Reply Properties(long length, string iv = "aXY=", string etag = "\"0x9\"") => new(200, null,
        [("ETag", etag), ("x-ms-meta-Iv", iv), ("x-ms-meta-StreamingFormat", "cbc"), ("x-ms-blob-type", "BlockBlob"), ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT")], length);

    public static S3Reply Range(byte[] content, long? declared = null, bool reset = false, bool stall = false, long offset = 0, long total = 1 << 20) => new(206, content,
        [("ETag", "\"0x1\""), ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT"), ("x-ms-blob-type", "BlockBlob"), ("Content-Range", $"bytes {offset}-{offset + (declared ?? content.Length) - 1}/{total}")],
        declared, Reset: reset, Stall: stall);
}
