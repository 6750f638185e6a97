using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Azure;

/// <summary>Interop API 3 in an Azure workspace, and what the sandbox itself does with blobs.</summary>
public sealed class AzureAccountTests(AzureSandbox azure) : IClassFixture<AzureSandbox>
{
    private readonly AzureSandbox _azure = AzureSandbox.WhyMissing is { } reason ? throw Xunit.Sdk.SkipException.ForSkip(reason) : azure;

    [Fact]
    public async Task The_profile_describes_an_Azure_account()
    {
        var storage = (await _azure.Api.GetAsync("/api/v3/users/me/")).Expect(200)["defaultStorage"];
        var connection = storage["connectionSettings"]!;
        Assert.Equal("AzureStorage", storage["storageType"]!.GetValue<string>());
        Assert.Equal(AzureSandbox.Container, connection["container"]!.GetValue<string>());
        Assert.Equal("", connection["pathPartsBase"]!.GetValue<string>());
        Assert.Equal($"{new Uri(_azure.Sandbox.Started.AzureEndpoint!).GetLeftPart(UriPartial.Authority)}/{connection["accountName"]}", connection["endpointUrl"]!.GetValue<string>());
        Assert.Equal("Azure", _azure.Sandbox.Started.StorageType);
    }

    [Fact]
    public async Task Credentials_of_a_file_open_that_blob_for_reading_and_nothing_else()
    {
        string container = await _azure.SignatureAsync();
        await _azure.PutAsync("a dir/ä +%.bin", [1, 2, 3], container);
        await _azure.PutAsync("other", [1, 2, 3], container);
        var issued = (await _azure.Api.PostAsync("/api/v3/credentials/", Request("sandboxAzureStorage", "AzureStorage", "a dir/ä +%.bin"))).Expect(201);
        Assert.Equal("AzureStorage", issued.Text("storageType"));
        var path = Assert.Single(issued["paths"].AsArray())!;
        Assert.Equal("a dir/ä +%.bin", path["pathParts"]!["path"]!.GetValue<string>());
        string signature = path["sasToken"]!.GetValue<string>();
        Assert.Contains("sr=b", signature);
        Assert.DoesNotContain("?", signature);

        using var read = await _azure.SendAsync("GET", "a dir/ä +%.bin", "", signature);
        Assert.Equal([1, 2, 3], await read.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        using var other = await _azure.SendAsync("GET", "other", "", signature);
        Assert.Equal(403, (int)other.StatusCode);
        using var removal = await _azure.SendAsync("DELETE", "a dir/ä +%.bin", "", signature);
        Assert.Equal(403, (int)removal.StatusCode);
    }

    [Fact]
    public async Task Credentials_of_a_file_on_S3_are_keys()
    {
        var issued = (await _azure.Api.PostAsync("/api/v3/credentials/", Request("sandboxStorage", "S3Storage", "x"))).Expect(201);
        Assert.Equal("S3Storage", issued.Text("storageType"));
        Assert.StartsWith("ASIA", issued.Text("accessKey"));
        (await _azure.Api.PostAsync("/api/v3/credentials/", Request("sandboxStorage", "AzureStorage", "x"))).Expect(400);
        (await _azure.Api.PostAsync("/api/v3/credentials/", Request("elsewhere", "AzureStorage", "x"))).Expect(400);
    }

    [Fact]
    public async Task A_signature_that_has_run_out_is_refused_as_Azure_does_it()
    {
        string signature = await _azure.SignatureAsync();
        string old = string.Join('&', signature.Split('&').Select(part => part.StartsWith("se=", StringComparison.Ordinal) ? "se=2020-01-01T00%3A00%3A00Z" : part));
        using var refused = await _azure.SendAsync("HEAD", "x", "", old);
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Equal("AuthenticationFailed", Assert.Single(refused.Headers.GetValues("x-ms-error-code")));
    }

    [Fact]
    public async Task Registering_asks_for_the_blob_and_deleting_the_file_removes_it()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        string signature = await _azure.SignatureAsync();
        var body = Registration("file.txt", "file.txt-1", key, "text"u8.ToArray());
        var missing = (await _azure.Api.PostAsync("/api/v3/files/", body)).Expect(400);
        Assert.Contains("no such object", missing["pathParts"]["path"]!.ToJsonString());

        await _azure.PutAsync("file.txt-1", new byte[16], signature);
        var file = (await _azure.Api.PostAsync("/api/v3/files/", body)).Expect(201);
        Assert.Equal("AzureStorage", file["storage"]["storageType"]!.GetValue<string>());
        (await _azure.Api.SendAsync("DELETE", $"/api/v3/files/{file.Id}/")).Expect(204);
        using var gone = await _azure.SendAsync("HEAD", "file.txt-1", "", signature);
        Assert.Equal(404, (int)gone.StatusCode);
    }

    [Fact]
    public async Task A_job_reads_its_inputs_from_the_account_and_puts_its_outputs_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command of this job is written for sh.");
        // More than one of the blocks that the sandbox writes.
        byte[] content = RandomNumberGenerator.GetBytes((17 << 20) + 5), key = RandomNumberGenerator.GetBytes(32), iv = RandomNumberGenerator.GetBytes(16);
        using var aes = Aes.Create();
        aes.Key = key;
        await _azure.PutAsync("input.bin-1", aes.EncryptCbc(content, iv), await _azure.SignatureAsync(), Convert.ToBase64String(iv));
        string input = (await _azure.Api.PostAsync("/api/v3/files/", Registration("input.bin", "input.bin-1", key, content))).Expect(201).Id;
        string job = await _azure.Api.SubmitAsync(ApiClient.JobBody("cp input.bin output.bin; echo ok", "job", input));
        Assert.Equal("Completed successfully", (await _azure.Api.WaitAsync(job)).Reason);

        var output = (await _azure.Api.OutputsAsync(job)).Single(file => file!["name"]!.GetValue<string>() == "output.bin")!;
        Assert.Equal("AzureStorage", output["storage"]!["storageType"]!.GetValue<string>());
        string path = output["pathParts"]!["path"]!.GetValue<string>();
        using var stored = await _azure.SendAsync("GET", path, "", await _azure.SignatureAsync());
        aes.Key = Convert.FromBase64String(output["encodedEncryptionKey"]!.GetValue<string>());
        byte[] plaintext = aes.DecryptCbc(await stored.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), Convert.FromBase64String(stored.Headers.GetValues("x-ms-meta-iv").Single()));
        Assert.True(content.AsSpan().SequenceEqual(plaintext));

        (await _azure.Api.SendAsync("DELETE", $"/api/v3/jobs/{job}/")).Expect(204);
        Assert.False(await _azure.Sandbox.Storages[StorageKind.Azure].ExistsAsync(AzureSandbox.Container, path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Outputs_can_lie_on_S3_while_the_account_is_Azure()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command of this job is written for sh.");
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { StorageType = "Azure", OutputStorage = "S3" });
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("echo across > across.txt"));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
        var output = (await sandbox.Api.OutputsAsync(job)).Single(file => file!["name"]!.GetValue<string>() == "across.txt")!;
        Assert.Equal("S3Storage", output["storage"]!["storageType"]!.GetValue<string>());
        Assert.Equal("across\n", await sandbox.ReadTextAsync(output));
        Assert.Equal("AzureStorage", (await sandbox.Api.GetAsync("/api/v3/users/me/")).Expect(200)["defaultStorage"]["storageType"]!.GetValue<string>());
    }

    private static JsonObject Request(string id, string type, string path) => new()
    {
        ["storage"] = new JsonObject { ["id"] = id, ["storageType"] = type },
        ["paths"] = new JsonArray(new JsonObject { ["pathParts"] = new JsonObject { ["container"] = AzureSandbox.Container, ["path"] = path } }),
    };

    private static JsonObject Registration(string name, string path, byte[] key, byte[] content)
    {
        var body = LocalSandbox.Registration(name, path, key, content);
        body["storage"] = new JsonObject { ["id"] = "sandboxAzureStorage", ["storageType"] = "AzureStorage", ["encryptionType"] = "default", ["connectionSettings"] = new JsonObject() };
        return body;
    }
}
