using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Faults;

/// <summary>A sandbox that takes fault plans, and raw clients to it.</summary>
internal sealed class FaultySandbox : IAsyncDisposable
{
    private FaultySandbox(LocalSandbox sandbox, AmazonS3Client s3)
    {
        Sandbox = sandbox;
        S3 = s3;
    }

    public LocalSandbox Sandbox { get; }
    public AmazonS3Client S3 { get; }
    public ApiClient Api => Sandbox.Api;

    public static async Task<FaultySandbox> StartAsync(TimeProvider? time = null)
    {
        var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { AllowFaults = true }, time: time);
        var issued = (await sandbox.Api.PostAsync("/api/v3/credentials/")).Expect(201);
        var config = new AmazonS3Config { ServiceURL = sandbox.Started.S3Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0, RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED };
        return new FaultySandbox(sandbox, new AmazonS3Client(new SessionAWSCredentials(issued.Text("accessKey"), issued.Text("secretKey"), issued.Text("sessionToken")), config));
    }

    /// <summary>Sets a plan of one rule.</summary>
    public async Task PlanAsync(string target, string fault, Action<JsonObject>? change = null)
    {
        var rule = new JsonObject { ["target"] = target, ["fault"] = fault };
        change?.Invoke(rule);
        (await Api.SendAsync("PUT", "/sandbox/faults/", new JsonObject { ["seed"] = 1, ["rules"] = new JsonArray(rule) })).Expect(200);
    }

    /// <summary>A request of the API on a bare socket.</summary>
    public async Task<RawClient> AskApiAsync(string requestLine, string? body = null)
    {
        var client = await RawClient.ConnectAsync(Sandbox.Started.ApiUrl);
        await client.SendAsync(requestLine, $"Authorization: Token {Sandbox.Started.ApiKey}\r\n", body is null ? null : Encoding.UTF8.GetBytes(body));
        return client;
    }

    /// <summary>A signed request of an object on a bare socket.</summary>
    public async Task<RawClient> AskS3Async(HttpVerb verb, string key, byte[]? body = null, string headers = "")
    {
        string url = await S3.GetPreSignedURLAsync(new GetPreSignedUrlRequest { BucketName = "sandbox", Key = key, Verb = verb, Expires = DateTime.UtcNow.AddMinutes(10), Protocol = Protocol.HTTP });
        var client = await RawClient.ConnectAsync(Sandbox.Started.S3Endpoint);
        await client.SendAsync($"{verb} {new Uri(url).PathAndQuery}", headers, body);
        return client;
    }

    /// <summary>Puts an object before any plan is set.</summary>
    public async Task PutAsync(string key, byte[] content)
    {
        using var client = await AskS3Async(HttpVerb.PUT, key, content);
        Assert.Equal(200, (await client.ReadAnswerAsync()).Status);
    }

    public async Task<bool> ExistsAsync(string key)
    {
        (await Api.SendAsync("DELETE", "/sandbox/faults/")).Expect(204);
        using var client = await AskS3Async(HttpVerb.GET, key);
        return (await client.ReadAnswerAsync()).Status == 200;
    }

    public async ValueTask DisposeAsync()
    {
        S3.Dispose();
        await Sandbox.DisposeAsync();
    }
}
