using RescaleInterlink.Errors;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.Hostile;

/// <summary>This computer's clock is a day off. The clock of these clients stands at 2026-01-02T03:04:05Z.</summary>
public class ClockSkewTests
{
    [Theory]
    [InlineData("Thu, 01 Jan 2026 03:04:05 GMT", "Thu, 01 Jan 2026 03:04:12 GMT")]
    [InlineData("Sat, 03 Jan 2026 03:04:05 GMT", "Sat, 03 Jan 2026 03:04:12 GMT")]
    public async Task A_wait_until_a_date_is_counted_from_the_servers_own_clock(string now, string until)
    {
        await using var server = ScriptedServer.InTurn(
            r => r.JsonAsync(429, "{}", "Date: " + now, "Retry-After: " + until),
            r => r.JsonAsync(200, """{"id":"f1"}"""));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        await client.Files.GetAsync("f1", default);
        Assert.Equal([TimeSpan.FromSeconds(7)], time.Waits);
    }

    [Fact]
    public async Task Without_the_servers_clock_our_own_counts()
    {
        await using var server = ScriptedServer.InTurn(
            r => r.JsonAsync(429, "{}", "Retry-After: Fri, 02 Jan 2026 03:04:14 GMT"),
            r => r.JsonAsync(200, """{"id":"f1"}"""));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        await client.Files.GetAsync("f1", default);
        Assert.Equal([TimeSpan.FromSeconds(9)], time.Waits);
    }

    [Fact]
    public async Task A_storage_that_refuses_our_clock_is_an_error_that_says_so()
    {
        await using var server = Storage.S3Scripting.Serve((_, _) => Storage.S3Reply.Error(403, "RequestTimeTooSkewed"));
        await using var store = Storage.S3Scripting.Open(server.Url);
        var error = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 16, new byte[16], "\"e\"", default));
        Assert.Equal(ErrorIds.StorageCredentialsRejected, error.ErrorId);
        Assert.StartsWith("Set this computer's clock", error.RecommendedAction);
        Assert.Equal(ErrorBehavior.Fatal, error.Behavior);
    }
}
