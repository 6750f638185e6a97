using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Platform.Hostile;

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

    [Fact]
    public void A_good_answer_with_a_few_bytes_changed_gives_records_or_an_error_of_ours()
        => Prop.ForAll(Mutations().ToArbitrary(), static body => Survives(200, body)).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    private static bool Survives(int status, byte[] body)
    {
        using var client = new RescaleClient(new Uri("http://127.0.0.1:1/"), new ApiKey("k"), new Answering(status, body), TimeProvider.System, new ApiPolicy { MaxRetries = 0, ConnectionTestRetries = 0 });
        foreach (var call in EveryCall.All)
        {
            try
            {
#pragma warning disable xUnit1031 // The transport answers at once, and FsCheck's properties are synchronous.
                call.Invoke(client).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
            }
            catch (RescaleException e) when (e.Message.Length is > 0 and < 1500 && !e.Message.Any(ShownText.IsUnsafe))
            {
                // One clear error.
            }
        }

        return true;
    }

    /// <summary>One object that is a good answer to every call, so that what is changed in it reaches every reader.</summary>
    private const string Good = """
        {"count":1,"next":null,"previous":null,"id":"x","name":"n","code":"c","myJobs":"a","myLibrary":"b","storageType":"S3Storage","accessKey":"k","expiration":"2025-01-01T00:00:00.000Z",
         "decryptedSize":"12","dateUploaded":"2024-05-06T07:08:09Z","isUploaded":true,"userTags":["t"],"fileChecksums":[{"hashFunction":"sha512","fileHash":"00"}],"pathParts":{"container":"c","path":"p"},
         "storage":{"id":"s","connectionSettings":{"rateLimitScale":"2"}},"jobStatus":{"content":"Completed","statusReason":null},"isEnabled":true,
         "fields":{"compute":{"Context":[{"name":"f","enumOptions":["a"],"isRequired":1}]}},"value":{"a":[1]},
         "results":[{"id":"1","name":"n","code":"c","type":"file","item":{"id":"i","name":"m","decryptedSize":3,"dateInserted":1700000000},"cores":[1,"2",null],"price":"0.5","isActive":"true",
           "versions":[{"id":"v","version":"1","versionCode":"1-x","allowedCoreTypes":["e",null]}],"environmentVariables":[{"name":"V","defaultValue":null}],"status":"Completed","statusDate":"Tue, 15 Nov 1994 08:12:31 GMT",
           "dateStarted":"2024-05-06 07:08:09","size":"7","relativePath":"a/b"}]}
        """;

    private static Gen<byte[]> Mutations()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        var change = from at in Gen.Choose(0, good.Length - 1)
                     from length in Gen.Choose(0, 12)
                     from inserted in Gen.OneOf(
                         Gen.ArrayOf(Gen.Choose(0, 255).Select(static i => (byte)i), 2),
                         Gen.Elements("null", "{", "[", "]", "}", "\"", "\\ud800", "1e999", "-", "true", ",", ":", "\"\":").Select(Encoding.UTF8.GetBytes))
                     select (at, length, inserted);
        return from count in Gen.Choose(0, 4)
               from changes in Gen.ArrayOf(change, count)
               select changes.Aggregate(good, static (body, c) => [.. body.Take(c.at), .. c.inserted, .. body.Skip(c.at + c.length)]);
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
