using RescaleInterlink.Errors;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>The platform may allow equal names: a folder whose making went unanswered is looked for before another is made.</summary>
public class FolderCreationTests
{
    private const string None = """{"results":[]}""";
    private const string New = """{"results":[{"type":"file","item":{"id":"f9","name":"inner"}},{"type":"folder","item":{"id":"d1","name":"inner"}}]}""";
    private const string Old = """{"results":[{"type":"folder","item":{"id":"d0","name":"inner","dateCreated":"2001-01-01T00:00:00Z"}}]}""";

    public static TheoryData<string, Func<ScriptedReply, Task>> LostAnswers => new()
    {
        { "reset", r => r.ResetAsync() },
        { "cut", r => r.TruncatedAsync(201, "{\"id\""u8.ToArray(), 50) },
        { "unreadable", r => r.JsonAsync(201, "[]") },
        { "500", r => r.JsonAsync(500, "{}") },
        { "503", r => r.JsonAsync(503, "{}") },
    };

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task A_folder_that_was_made_without_an_answer_is_found_and_not_made_again(string how, Func<ScriptedReply, Task> lost)
    {
        await using var server = new ScriptedServer((request, r) => request.Method == "POST" ? lost(r) : r.JsonAsync(200, New));
        using var client = Clients.For(server);
        Assert.Equal("d1", await client.Folders.CreateAsync("p", "inner", default));
        Assert.True(Posts(server) == 1, how);
    }

    [Theory]
    [InlineData(None)]
    [InlineData(Old)]
    public async Task One_that_was_not_made_is_asked_for_again(string contents)
    {
        var posts = 0;
        await using var server = new ScriptedServer((request, r) => request.Method != "POST" ? r.JsonAsync(200, contents)
            : ++posts < 3 ? r.ResetAsync() : r.JsonAsync(201, """{"id":"d2","name":"inner"}"""));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        Assert.Equal("d2", await client.Folders.CreateAsync("p", "inner", default));
        Assert.Equal((3, 2), (Posts(server), server.Requests.Count - Posts(server)));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], time.Waits);
    }

    [Fact]
    public async Task A_platform_that_cannot_be_asked_either_leaves_it_uncertain()
    {
        await using var server = new ScriptedServer((request, r) => request.Method == "POST" ? r.ResetAsync() : r.JsonAsync(403, "{}"));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(ErrorIds.FolderCreationUncertain, client.Folders.CreateAsync("p", "inner", default));
        Assert.Contains("Look for the folder", error.RecommendedAction);
        Assert.Equal(1, Posts(server));
    }

    [Fact]
    public async Task A_platform_that_goes_on_failing_is_not_asked_for_ever()
    {
        await using var server = new ScriptedServer((request, r) => request.Method == "POST" ? r.JsonAsync(500, "{}") : r.JsonAsync(200, None));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.PlatformFault, client.Folders.CreateAsync("p", "inner", default));
        Assert.Equal(11, Posts(server));
    }

    private static int Posts(ScriptedServer server) => server.Requests.Count(static request => request.Method == "POST");
}
