using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>The bytes that are sent, and what is made of the bytes that come back.</summary>
public class WireTests
{
    [Fact]
    public async Task Every_request_has_its_slash_its_escapes_and_its_headers()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"id":"x","results":[]}"""));
        using var client = Clients.For(server);
        await client.Files.GetAsync("a/../b c?", default);
        await client.Jobs.SubmitAsync("j#1", default);
        await client.Jobs.GetStatusesAsync("j1", default);
        await client.Jobs.AssignProjectAsync("acme", "j1", "p1", default);
        Assert.Equal(
            ["GET /api/v3/files/a%2F..%2Fb%20c%3F/", "POST /api/v2/jobs/j%231/submit/", "GET /api/v3/jobs/j1/statuses/?page_size=1000", "POST /api/v2/organizations/acme/jobs/j1/project-assignment/"],
            server.Requests.Select(static r => $"{r.Method} {r.Target}"));
        Assert.All(server.Requests, static r =>
        {
            Assert.Equal("Token " + Clients.Key, r.Headers["Authorization"]);
            Assert.Equal("application/json", r.Headers["Accept"]);
        });
        Assert.All(server.Requests.Where(static r => r.Method == "POST"), static r => Assert.Equal("application/json", r.Headers["Content-Type"]));
        Assert.Empty(server.Requests[1].Body);
    }

    [Fact]
    public async Task A_registration_is_what_the_platform_is_known_to_accept()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(201, """{"id":"f1"}"""));
        using var client = Clients.For(server);
        var storage = new StorageDescription("stor1", "S3Storage", "default", new StorageConnection("us-east-1", "bucket", "base", "base", "", "", "http://127.0.0.1:9"));
        await client.Files.RegisterAsync(new FileRegistration("model ü.inp", "fold123", "a2V5", new PathParts("bucket", "user/x/model ü.inp-S"), storage, 1000, "ab12"), default);
        var expected = """
            { "typeId": 1, "name": "model ü.inp", "currentFolderId": "fold123", "encodedEncryptionKey": "a2V5",
              "pathParts": { "container": "bucket", "path": "user/x/model ü.inp-S" },
              "storage": { "id": "stor1", "storageType": "S3Storage", "encryptionType": "default",
                "connectionSettings": { "region": "", "container": "", "pathBase": "", "pathPartsBase": "", "storageAccount": "", "accountName": "" } },
              "isUploaded": true, "decryptedSize": 1000, "fileChecksums": [ { "hashFunction": "sha512", "fileHash": "ab12" } ] }
            """;
        AssertJson(expected, server.Requests.Single().BodyText);
    }

    [Theory]
    [InlineData(409, ErrorIds.FileAlreadyExists)]
    [InlineData(404, ErrorIds.FolderNotFound)]
    [InlineData(400, ErrorIds.RequestRejected)]
    public async Task A_refused_registration_is_told_by_its_status(int status, string id)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(status, """{"name":["already exists"]}"""));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(id, client.Files.RegisterAsync(new FileRegistration("a", "f", "k", new PathParts("c", "p"), new StorageDescription("s", "S3Storage", "default", null), 1, "00"), default));
        Assert.Contains("already exists", error.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_job_request_has_its_nulls_and_lacks_what_is_unset()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(201, """{"id":"j1"}"""));
        using var client = Clients.For(server);
        await client.Jobs.CreateAsync(Clients.AnyJob, default);
        AssertJson(
            """
            { "name": "Run_1", "isLowPriority": false, "jobanalyses": [ { "command": "./run.sh", "analysis": { "code": "user_included" },
              "hardware": { "coreType": { "code": "emerald" }, "coresPerSlot": 4, "walltime": 2 }, "inputFiles": [ { "id": "fileA", "decompress": true } ],
              "envVars": {}, "useRescaleLicense": false, "onDemandLicenseSeller": null, "userDefinedLicenseSettings": null } ] }
            """,
            server.Requests.Single().BodyText);

        var full = Clients.AnyJob with
        {
            Tags = ["a"],
            ProjectId = "p1",
            Jobanalyses = [Clients.AnyJob.Jobanalyses[0] with { Analysis = new AnalysisReference("x", "1"), Hardware = new Hardware(new CoreTypeReference("e"), 4, 1, 2), EnvVars = new Dictionary<string, string> { ["LM_LICENSE_FILE"] = "1@h" } }],
        };
        await client.Jobs.CreateAsync(full, default);
        var sent = JsonNode.Parse(server.Requests[^1].BodyText)!;
        Assert.Equal("1", (string?)sent["jobanalyses"]![0]!["analysis"]!["version"]);
        Assert.Equal(1, (int?)sent["jobanalyses"]![0]!["hardware"]!["slots"]);
        Assert.Equal("1@h", (string?)sent["jobanalyses"]![0]!["envVars"]!["LM_LICENSE_FILE"]);
        Assert.Equal("a", (string?)sent["tags"]![0]);
        Assert.Equal("p1", (string?)sent["projectId"]);
    }

    [Fact]
    public async Task Credentials_name_the_file_only_when_there_is_one()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(201, """{"storageType":"S3Storage","accessKey":"a","secretKey":"s","sessionToken":"t","expiration":"2025-01-01T00:00:00.000Z"}"""));
        using var client = Clients.For(server);
        var credentials = await client.Users.GetStorageCredentialsAsync(null, default);
        Assert.Empty(server.Requests.Single().Body);
        Assert.Equal(("a", "s", "t", new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)), (credentials.AccessKey, credentials.SecretKey, credentials.SessionToken, credentials.Expiration));
        Assert.Equal("StorageCredentials { StorageType = S3Storage }", credentials.ToString());

        await client.Users.GetStorageCredentialsAsync(new StorageLocation(new StorageDescription("stor1", "S3Storage", "default", null), new PathParts("cont", "x/y")), default);
        AssertJson("""{ "storage": {"id":"stor1","storageType":"S3Storage"}, "paths": [ {"pathParts": {"container":"cont","path":"x/y"}} ] }""", server.Requests[^1].BodyText);
    }

    [Theory]
    [InlineData("123", 123L)]
    [InlineData("\"123\"", 123L)]
    [InlineData("123.0", 123L)]
    [InlineData("\"\"", null)]
    [InlineData("\"12x\"", null)]
    [InlineData("1e400", null)]
    [InlineData("null", null)]
    [InlineData("{\"a\":[1]}", null)]
    [InlineData("true", null)]
    public async Task A_size_is_read_in_any_form(string json, long? size)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, $$"""{"decryptedSize":{{json}},"id":7,"name":"a","fileChecksums":null,"dateInserted":"2024-05-06T07:08:09","isUploaded":"true","extra":{"x":1} }"""));
        using var client = Clients.For(server);
        var file = await client.Files.GetAsync("f", default);
        Assert.Equal(size, file.DecryptedSize);
        Assert.Equal("7", file.Id);
        Assert.Empty(file.FileChecksums);
        Assert.True(file.IsUploaded);
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero), file.DateUploaded);
    }

    [Fact]
    public async Task Gzip_is_asked_for_and_decoded()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write("""{"id":"f1","name":"packed"}"""u8);
        await using var server = ScriptedServer.InTurn(r => r.SendAsync(200, packed.ToArray(), "Content-Encoding: gzip", "Content-Type: application/json"));
        using var client = Clients.For(server);
        Assert.Equal("packed", (await client.Files.GetAsync("f1", default)).Name);
        Assert.Contains("gzip", server.Requests.Single().Headers["Accept-Encoding"]);
    }

    [Fact]
    public async Task A_gzip_bomb_is_given_up()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 80; i++)
                gzip.Write(zeros);
        }

        await using var server = ScriptedServer.InTurn(r => r.SendAsync(200, packed.ToArray(), "Content-Encoding: gzip"));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Files.GetAsync("f1", default));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("""{"detail":"You do not have permission."}""", "You do not have permission.")]
    [InlineData("""{"name":["This field is required.","Too short."],"hardware":{"walltime":["Not a number."]}}""", "name: This field is required.; name: Too short.; hardware.walltime: Not a number.")]
    [InlineData("""["a","b"]""", "a; b")]
    [InlineData("plain\r\nwords\u0007", "plain words\\u0007")]
    public async Task An_errors_body_becomes_one_line(string body, string line)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(400, body));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(ErrorIds.RequestRejected, client.Files.GetAsync("f1", default));
        Assert.EndsWith(": " + line, error.Message);
    }

    [Fact]
    public async Task An_errors_body_shows_no_secret_and_no_html_and_little_of_a_flood()
    {
        await using var server = ScriptedServer.InTurn(
            r => r.JsonAsync(400, $$"""{"detail":"bad key {{Clients.Key}}, Authorization: Token {{Clients.Key}}"}"""),
            r => r.SendAsync(403, Encoding.UTF8.GetBytes("<html><body>Blocked</body></html>"), "Content-Type: text/html"),
            r => r.SendAsync(400, Encoding.UTF8.GetBytes(new string('x', 3 << 20)), "Content-Type: text/plain"));
        using var client = Clients.For(server);
        Assert.DoesNotContain(Clients.Key, (await RetryTests.FailsWith(ErrorIds.RequestRejected, client.Files.GetAsync("f1", default))).ToString());
        Assert.DoesNotContain("<html>", (await RetryTests.FailsWith(ErrorIds.PermissionDenied, client.Files.GetAsync("f1", default))).Message);
        Assert.InRange((await RetryTests.FailsWith(ErrorIds.RequestRejected, client.Files.GetAsync("f1", default))).Message.Length, 100, 1200);
    }

    [Theory]
    [InlineData("<html>login</html>", "text/html")]
    [InlineData("", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("{\"id\":{}}", "application/json")]
    [InlineData("{\"id\":\"\"}", "application/json")]
    [InlineData("{\"fileChecksums\":7,\"id\":\"a\"}", "application/json")]
    [InlineData("{\"id\":\"\xff", "application/json")]
    public async Task A_good_status_with_a_useless_body_is_an_error_of_the_protocol(string body, string type)
    {
        await using var server = ScriptedServer.InTurn(r => r.SendAsync(200, Encoding.Latin1.GetBytes(body), "Content-Type: " + type));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Files.GetAsync("f1", default));
    }

    [Fact]
    public async Task A_redirect_carries_the_key_nowhere()
    {
        await using var other = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"id":"f1"}"""));
        foreach (var status in new[] { 301, 302, 303, 307, 308 })
        {
            await using var server = ScriptedServer.InTurn(r => r.JsonAsync(status, "", $"Location: {other.Url}api/v3/files/f1/"));
            using var client = Clients.For(server);
            await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Files.GetAsync("f1", default));
        }

        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task The_chain_lets_no_request_to_another_host_pass()
    {
        await using var other = ScriptedServer.InTurn(r => r.JsonAsync(200, "{}"));
        using var chain = new HttpMessageInvoker(new AuthenticationHandler(new Uri("http://127.0.0.1:1/"), new ApiKey(Clients.Key), HttpTransport.Create(new NetworkOptions())));
        using var request = new HttpRequestMessage(HttpMethod.Get, other.Url);
        await RetryTests.FailsWith(ErrorIds.PlatformNotAllowed, chain.SendAsync(request, default));
        Assert.Empty(other.Requests);
    }

    private static void AssertJson(string expected, string actual)
        => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);
}
