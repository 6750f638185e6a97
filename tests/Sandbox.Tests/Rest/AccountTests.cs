using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Rest;

public sealed class AccountTests
{
    [Fact]
    public async Task The_profile_tells_where_the_storage_is()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var profile = (await sandbox.Api.GetAsync("/api/v3/users/me/")).Expect(200);
        var storage = profile["defaultStorage"];
        Assert.Equal("S3Storage", storage["storageType"]!.GetValue<string>());
        var connection = storage["connectionSettings"]!.AsObject();
        Assert.Equal("sandbox", connection["container"]!.GetValue<string>());
        Assert.Equal("user/user_sandbox", connection["pathBase"]!.GetValue<string>());
        Assert.Equal(sandbox.Started.S3Endpoint, connection["endpointUrl"]!.GetValue<string>());
        Assert.False(connection.ContainsKey("rateLimitScale"));
        Assert.NotEmpty(profile["company"]["code"]!.GetValue<string>());
        Assert.NotEmpty(profile["workspace"]["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_profile_tells_the_scale_of_the_limits()
    {
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { RateLimitScale = 20 });
        var profile = (await sandbox.Api.GetAsync("/api/v3/users/me/")).Expect(200);
        Assert.Equal(20, profile["defaultStorage"]["connectionSettings"]!["rateLimitScale"]!.GetValue<double>());
    }

    [Fact]
    public async Task Credentials_are_temporary_and_each_time_new()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var first = (await sandbox.Api.PostAsync("/api/v3/credentials/")).Expect(201);
        var second = (await sandbox.Api.PostAsync("/api/v3/credentials/", new JsonObject())).Expect(201);
        Assert.StartsWith("ASIA", first.Text("accessKey"), StringComparison.Ordinal);
        Assert.NotEqual(first.Text("accessKey"), second.Text("accessKey"));
        Assert.NotEmpty(first.Text("secretKey"));
        Assert.NotEmpty(first.Text("sessionToken"));
        Assert.InRange((DateTimeOffset.Parse(first.Text("expiration")) - DateTimeOffset.UtcNow).TotalMinutes, 10, 15);
    }

    [Fact]
    public async Task Credentials_for_a_files_storage_name_its_paths()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var body = new JsonObject
        {
            ["storage"] = new JsonObject { ["id"] = "sandboxStorage", ["storageType"] = "S3Storage" },
            ["paths"] = new JsonArray(new JsonObject { ["pathParts"] = new JsonObject { ["container"] = "sandbox", ["path"] = "x/y" } }),
        };
        var issued = (await sandbox.Api.PostAsync("/api/v3/credentials/", body)).Expect(201);
        Assert.Equal("x/y", issued["paths"][0]!["path"]!.GetValue<string>());
        body["storage"]!["id"] = "another";
        (await sandbox.Api.PostAsync("/api/v3/credentials/", body)).Expect(400);
    }
}
