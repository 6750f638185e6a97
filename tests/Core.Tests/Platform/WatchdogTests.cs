using RescaleInterlink.Core.Tests.Storage;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>A server that never quite stops answering: each byte is a sign of life, and the answer has no end.</summary>
public class WatchdogTests
{
    [Fact]
    public async Task An_api_answer_that_drips_ends_with_its_attempt()
    {
        await using var server = ScriptedServer.InTurn(r => DripAsync(r, "{"));
        using var client = Clients.For(server, TimeProvider.System, Clients.Hasty);
        await RetryTests.FailsWith(ErrorIds.PlatformTimeout, client.Files.GetAsync("f1", default));
        await RetryTests.FailsWith(ErrorIds.PlatformTimeout, client.Files.ListAsync(default).CountAsync().AsTask());
    }

    [Fact]
    public async Task The_head_of_an_answer_that_drips_does_too()
    {
        await using var server = ScriptedServer.InTurn(async r =>
        {
            await r.RawAsync("HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await r.RawAsync("X-A: b\r\n");
                await Task.Delay(20);
            }
        });
        using var client = Clients.For(server, TimeProvider.System, Clients.Hasty);
        await RetryTests.FailsWith(ErrorIds.PlatformTimeout, client.Files.GetAsync("f1", default));
    }

    [Fact]
    public async Task A_part_that_drips_ends_with_its_longest_time()
    {
        await using var server = ScriptedServer.InTurn(r => DripAsync(r, "x", "Content-Range: bytes 0-99999/100000", "ETag: \"e\""));
        using var factory = new ObjectStoreFactory(
            RescaleInterlink.Networking.HttpTransport.Create(new()), new RetryPolicy(() => 0, TimeProvider.System, Attempts: 1), new StoreTimeouts(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1.5)));
        await using var s3 = factory.OpenS3(S3Scripting.Describe(server.Url), (_, _) => Task.FromResult(S3Scripting.Keys()));
        await using var azure = factory.OpenAzure(new AzureStoreDescription("account", "container", server.Url), (_, _) => Task.FromResult(new SasCredentials("sig=secret", true, DateTimeOffset.MaxValue)));
        foreach (var store in new[] { s3, azure })
            await RetryTests.FailsWith(ErrorIds.StorageTimeout, store.ReadRangeAsync("k", 0, new byte[100_000], null, default));
        // The dripping answers were met, and not a slow connection.
        Assert.NotEmpty(server.Requests);
    }

    private static async Task DripAsync(ScriptedReply reply, string drop, params string[] headers)
    {
        await reply.RawAsync($"HTTP/1.1 206 OK\r\nContent-Type: application/json\r\n{string.Concat(headers.Select(static h => h + "\r\n"))}Content-Length: 100000\r\n\r\n");
        while (true)
        {
            await reply.RawAsync(drop);
            await Task.Delay(20);
        }
    }
}
