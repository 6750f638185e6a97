using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Rest;

public sealed class FileTests
{
    private static readonly byte[] Content = "content"u8.ToArray();

    [Fact]
    public async Task A_registered_file_is_got_and_listed()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync("a [1] ü.txt", Content);
        var file = (await sandbox.Api.GetAsync($"/api/v3/files/{id}/")).Expect(200);
        Assert.Equal("a [1] ü.txt", file.Text("name"));
        Assert.Equal(7, file["decryptedSize"].GetValue<long>());
        Assert.True(file["isUploaded"].GetValue<bool>());
        Assert.False(file["isDeleted"].GetValue<bool>());
        Assert.Null(file.Body!["iv"]);
        Assert.Equal("sandbox", file["pathParts"]["container"]!.GetValue<string>());
        Assert.Equal("sha512", file["fileChecksums"][0]!["hashFunction"]!.GetValue<string>());
        Assert.Equal("content"u8.ToArray(), await sandbox.ReadAsync(file.Body));

        string newer = await sandbox.AddFileAsync("b.txt", Content);
        var list = (await sandbox.Api.GetAsync("/api/v3/files/?page_size=1&ordering=-dateUploaded")).Expect(200);
        Assert.Equal(newer, Assert.Single(list.Results)!["id"]!.GetValue<string>());
        Assert.NotNull(list.Body!["next"]);
        Assert.Equal(2, (await sandbox.Api.GetAsync("/api/v3/files/?limit=20")).Expect(200).Results.Count);
        (await sandbox.Api.GetAsync("/api/v3/files/none/")).Expect(404);
    }

    [Fact]
    public async Task The_object_of_two_files_stays_until_both_are_gone()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        JsonObject? registration = null;
        string first = await sandbox.AddFileAsync("x", Content, body => registration = (JsonObject)body.DeepClone());
        string second = (await sandbox.Api.PostAsync("/api/v3/files/", registration)).Expect(201).Id;
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/files/{first}/")).Expect(204);
        var file = (await sandbox.Api.GetAsync($"/api/v3/files/{second}/")).Expect(200);
        Assert.Equal(Content, await sandbox.ReadAsync(file.Body!));
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/files/{second}/")).Expect(204);
        Assert.Null(sandbox.Objects.Find("sandbox", file["pathParts"]["path"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"name": "a", "name": "b"}""")]
    [InlineData("""{"name": "\ud800"}""")]
    [InlineData("""{"name": "a\u0000b"}""")]
    public async Task A_body_with_no_clear_text_is_refused(string body)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, sandbox.Started.ApiUrl + "/api/v3/folders/MyLibrary/") { Content = new StringContent(body) };
        request.Headers.Authorization = new("Token", sandbox.Started.ApiKey);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_body_that_the_Go_tool_sends_is_taken()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        (await sandbox.RegisterAsync("x", Content, body =>
        {
            body.Remove("currentFolderId");
            body["storage"]!["connectionSettings"] = JsonNode.Parse("""{"region":"","container":"","pathBase":"","pathPartsBase":"","storageAccount":"","accountName":""}""");
        })).Expect(201);
        Assert.Single((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results);
    }

    public static TheoryData<string, string> WrongRegistrations => new()
    {
        { "name", """{"name": null}""" },
        { "name", """{"name": " "}""" },
        { "name", """{"name": 5}""" },
        { "encodedEncryptionKey", """{"encodedEncryptionKey": "AAAA"}""" },
        { "encodedEncryptionKey", """{"encodedEncryptionKey": "no base64"}""" },
        { "decryptedSize", """{"decryptedSize": -1}""" },
        { "decryptedSize", """{"decryptedSize": "many"}""" },
        { "currentFolderId", """{"currentFolderId": "none"}""" },
        { "pathParts", """{"pathParts": {"container": "sandbox", "path": "nowhere"}}""" },
        { "pathParts", """{"pathParts": {"container": "other", "path": "nowhere"}}""" },
        { "pathParts", """{"pathParts": {"path": "nowhere"}}""" },
        { "pathParts", """{"pathParts": "x"}""" },
        { "storage", """{"storage": {"id": "other", "storageType": "S3Storage"}}""" },
        { "storage", """{"storage": {"id": "sandboxStorage", "storageType": "AzureStorage"}}""" },
        { "fileChecksums", """{"fileChecksums": [{"hashFunction": "sha512", "fileHash": "abc"}]}""" },
        { "fileChecksums", """{"fileChecksums": {}}""" },
    };

    [Theory]
    [MemberData(nameof(WrongRegistrations))]
    public async Task A_wrong_registration_is_400_and_names_the_field(string field, string change)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var refused = (await sandbox.RegisterAsync("x", Content, body =>
        {
            foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
                body[name] = value?.DeepClone();
        })).Expect(400);
        Assert.NotNull(refused.Body![field]);
        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/files/")).Results);
    }

    [Fact]
    public async Task Moving_changes_the_folder()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync("x", Content);
        string folder = (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/", new JsonObject { ["name"] = "sub" })).Expect(201).Id;
        (await sandbox.Api.SendAsync("PATCH", $"/api/v3/files/{id}/", new JsonObject { ["currentFolderId"] = folder })).Expect(200);
        Assert.Equal(id, Assert.Single((await sandbox.Api.GetAsync($"/api/v3/folders/{folder}/contents/")).Results)!["item"]!["id"]!.GetValue<string>());
        Assert.Single((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results);
        (await sandbox.Api.SendAsync("PATCH", $"/api/v3/files/{id}/", new JsonObject { ["currentFolderId"] = "none" })).Expect(400);
        (await sandbox.Api.SendAsync("PATCH", "/api/v3/files/none/", new JsonObject { ["currentFolderId"] = folder })).Expect(404);
    }

    [Fact]
    public async Task Deleting_is_for_good_and_takes_the_object_along()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync("x", Content);
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/files/{id}/")).Expect(204);
        (await sandbox.Api.GetAsync($"/api/v3/files/{id}/")).Expect(404);
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/files/{id}/")).Expect(404);
        Assert.Empty(Directory.GetFiles(Path.Combine(sandbox.Started.Path, "storage", "content"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Tags_are_added_and_removed_one_by_one()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync("x", Content);
        string tags = $"/api/v3/files/{id}/tags/";
        Assert.Empty((await sandbox.Api.GetAsync(tags)).Expect(200).Body!.AsArray());
        (await sandbox.Api.PostAsync(tags, new JsonObject { ["name"] = "One" })).Expect(201);
        (await sandbox.Api.PostAsync(tags, new JsonObject { ["name"] = "two" })).Expect(201);
        (await sandbox.Api.PostAsync(tags, new JsonObject { ["name"] = "One" })).Expect(201);
        Assert.Equal("""[{"name":"One","normalizedName":"one"},{"name":"two","normalizedName":"two"}]""", (await sandbox.Api.GetAsync(tags)).Body!.ToJsonString());
        (await sandbox.Api.SendAsync("DELETE", tags, new JsonObject { ["name"] = "One" })).Expect(204);
        Assert.Equal("two", Assert.Single((await sandbox.Api.GetAsync(tags)).Body!.AsArray())!["name"]!.GetValue<string>());
        (await sandbox.Api.PostAsync(tags, new JsonObject())).Expect(400);
    }
}
