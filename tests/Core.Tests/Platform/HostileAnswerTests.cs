using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>Whatever a server says, a caller sees records or one of our errors.</summary>
public class HostileAnswerTests
{
    private static readonly string[] Names = ["id", "name", "results", "next", "count", "item", "type", "decryptedSize", "fileChecksums", "pathParts", "storage", "jobStatus", "versions", "cores", "dateUploaded", "isUploaded", "hashFunction", "defaultStorage", "connectionSettings", "storageType", "detail"];

    [Fact]
    public void Json_of_any_shape_gives_records_or_an_error_of_ours()
        => Prop.ForAll(Answers().ToArbitrary(), static answer => Survives(answer.Status, Encoding.UTF8.GetBytes(answer.Body))).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    [Fact]
    public void Bytes_of_any_kind_give_an_error_of_ours()
    {
        var cases = from status in Status() from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(static i => (byte)i)) select (status, bytes);
        Prop.ForAll(cases.ToArbitrary(), static c => Survives(c.status, c.bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static bool Survives(int status, byte[] body)
    {
        using var client = new RescaleClient(new Uri("http://127.0.0.1:1/"), new ApiKey("k"), new Answering(status, body), TimeProvider.System, new ApiPolicy { MaxRetries = 0 });
        foreach (var call in new Func<Task>[]
        {
            () => client.Files.GetAsync("x", default),
            () => client.Files.ListAsync(default).Take(100).CountAsync().AsTask(),
            () => client.Folders.ListContentsAsync("x", default).Take(100).CountAsync().AsTask(),
            () => client.Jobs.CreateAsync(Clients.AnyJob, default),
            () => client.Jobs.GetStatusesAsync("x", default),
            () => client.Users.GetCurrentAsync(default),
            () => client.Users.GetStorageCredentialsAsync(null, default),
            () => client.Catalog.ListAnalysesAsync(default).Take(100).CountAsync().AsTask(),
            () => client.Catalog.ListCoreTypesAsync(true, default).Take(100).CountAsync().AsTask(),
        })
        {
            try
            {
#pragma warning disable xUnit1031 // The transport answers at once, and FsCheck's properties are synchronous.
                call().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
            }
            catch (RescaleException e) when (e.Message.Length is > 0 and < 3000 && !e.Message.Any(char.IsControl))
            {
                // One clear error.
            }
        }

        return true;
    }

    private static Gen<int> Status() => Gen.Elements(200, 200, 200, 201, 204, 301, 400, 401, 404, 429, 500, 501, 503, 599);

    private static Gen<(int Status, string Body)> Answers() => from status in Status() from body in Value(4) select (status, body);

    private static Gen<string> Value(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Elements("null", "true", "false", "0", "-1", "1e999", "12345678901234567890", "\"\"", "\"x\"", "\"123\"", "\"2024-01-01T00:00:00Z\"", "\"not a date\"", "\"/api/v3/files/?page=2\"", "\"http://evil.example/\"", "\"\\u0000\\ud800\"", "\"S3Storage\"", "\"file\""),
            Gen.Choose(0, 2000).Select(static n => "\"" + new string('n', n) + "\""));
        if (depth == 0)
            return scalar;
        var inner = Value(depth - 1);
        var member = from name in Gen.Elements(Names) from value in inner select $"\"{name}\":{value}";
        return Gen.OneOf(
            scalar,
            from count in Gen.Choose(0, 6) from members in Gen.ArrayOf(member, count) select "{" + string.Join(',', members) + "}",
            from count in Gen.Choose(0, 4) from items in Gen.ArrayOf(inner, count) select "[" + string.Join(',', items) + "]");
    }

    private sealed class Answering(int status, byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) });
    }
}
