using System.Text.Json;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Library;

/// <summary>The platform makes a record for every request that it gets: one whose registration went unanswered is looked for by its object.</summary>
public sealed class RegistrationTests
{
    private const string Nothing = """{"results":[]}""";
    private const string Found = """{"results":[{"id":"f1","name":"a.bin","isUploaded":true,"pathParts":{"container":"c","path":"base/a.bin-key"}}]}""";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_listing_that_lags_behind_the_registration_is_read_again(int lag)
    {
        var looks = 0;
        await using var server = Serve(r => r.ResetAsync(), (_, r) => r.JsonAsync(200, looks++ < lag ? Nothing : Found));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        Assert.Equal("f1", (await RegisterAsync(client)).Id);
        Assert.Equal((1, lag + 1), (Posts(server), looks));
        Assert.Equal(new[] { 1.0, 2, 4 }.Take(lag), time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task One_that_is_not_there_is_registered_again()
    {
        await using var server = Serve(r => r.ResetAsync(), (_, r) => r.JsonAsync(200, Nothing), r => r.JsonAsync(201, """{"id":"f2","name":"a.bin"}"""));
        using var client = Clients.For(server);
        Assert.Equal("f2", (await RegisterAsync(client)).Id);
        Assert.Equal(4, server.Requests.Count(request => request.Method == "GET"));
        var keys = server.Requests.Where(request => request.Method == "POST").Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("pathParts").GetProperty("path").GetString());
        Assert.Equal(["base/a.bin-key", "base/a.bin-key"], keys);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task After_a_good_status_nothing_is_registered_again(string answer)
    {
        await using var server = Serve(r => r.JsonAsync(201, answer), (_, r) => r.JsonAsync(200, Nothing));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.FileRegistrationUncertain, RegisterAsync(client));
        Assert.Equal(1, Posts(server));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(0)]
    public async Task A_platform_that_cannot_be_asked_leaves_it_uncertain(int status)
    {
        await using var server = Serve(r => status == 0 ? r.ResetAsync() : r.JsonAsync(status, "{}"), (_, r) => r.JsonAsync(403, "{}"));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(ErrorIds.FileRegistrationUncertain, RegisterAsync(client));
        Assert.Contains("Whether there is the file could not be found out", error.Message, StringComparison.Ordinal);
        Assert.Contains("base/a.bin-key may belong to no file", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Posts(server));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(501)]
    public async Task A_refusal_is_no_reason_to_look(int status)
    {
        await using var server = Serve(r => r.JsonAsync(status, "{}"), (_, r) => r.JsonAsync(200, Found));
        using var client = Clients.For(server);
        var error = await Assert.ThrowsAsync<RescaleException>(() => RegisterAsync(client));
        Assert.Equal(status, error.StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_entry_without_its_place_is_read_by_itself()
    {
        const string entries = """{"results":[{"id":"f0","name":"a.bin","isUploaded":true},{"id":"gone","name":"a.bin","isUploaded":true},{"id":"f9","name":"b.bin","isUploaded":true},{"id":"f1","name":"a.bin","isUploaded":true}]}""";
        await using var server = Serve(r => r.ResetAsync(), (target, r) => target switch
        {
            "/api/v3/files/f0/" => r.JsonAsync(200, """{"id":"f0","name":"a.bin","path":"base/a.bin-other"}"""),
            "/api/v3/files/f1/" => r.JsonAsync(200, """{"id":"f1","name":"a.bin","path":"base/a.bin-key"}"""),
            "/api/v3/files/gone/" => r.JsonAsync(404, "{}"),
            _ => r.JsonAsync(200, entries),
        });
        using var client = Clients.For(server);
        Assert.Equal("f1", (await RegisterAsync(client)).Id);
        Assert.DoesNotContain(server.Requests, request => request.Target == "/api/v3/files/f9/");
    }

    [Fact]
    public async Task One_of_the_name_that_says_nowhere_where_it_lies_leaves_it_uncertain()
    {
        await using var server = Serve(r => r.ResetAsync(), (target, r) => r.JsonAsync(200, target.Contains('?', StringComparison.Ordinal)
            ? """{"results":[{"id":"f0","name":"a.bin","isUploaded":true}]}""" : """{"id":"f0","name":"a.bin"}"""));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.FileRegistrationUncertain, RegisterAsync(client));
        Assert.Equal(1, Posts(server));
    }

    private static Task<PlatformFile> RegisterAsync(RescaleClient client)
        => new FileRegistrar(client, new StorageDescription("s", "S3Storage", "default", new StorageConnection("r", "c", "base", "", "", "")), "a.bin", "folder")
            .RegisterAsync(new UploadResult("base/a.bin-key", new byte[32], new byte[16], 3, new string('0', 128), 1), default);

    /// <param name="answers">To the registrations after the first; the last one, or the first, for ever.</param>
    private static ScriptedServer Serve(Func<ScriptedReply, Task> first, Func<string, ScriptedReply, Task> read, params Func<ScriptedReply, Task>[] answers)
    {
        var posts = -1;
        Func<ScriptedReply, Task>[] all = [first, .. answers];
        return new ScriptedServer((request, reply) => request.Method == "POST" ? all[Math.Min(++posts, all.Length - 1)](reply) : read(request.Target, reply));
    }

    private static int Posts(ScriptedServer server) => server.Requests.Count(static request => request.Method == "POST");
}
