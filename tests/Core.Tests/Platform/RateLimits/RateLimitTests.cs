using System.Diagnostics;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Platform;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

public class RateLimitTests
{
    [Fact]
    public void Every_call_has_the_scope_of_the_shared_vectors()
    {
        var vectors = Vectors.Section("rateScopes").GetProperty("vectors").EnumerateArray().ToList();
        Assert.NotEmpty(vectors);
        Assert.All(vectors, vector => Assert.Equal(
            vector.GetProperty("scope").GetString(),
            RateScopes.NameOf(RateScopes.Of(new HttpMethod(vector.GetProperty("method").GetString()!), vector.GetProperty("path").GetString()!))));
    }

    [Fact]
    public void Every_scope_has_the_limits_of_the_shared_vectors()
    {
        var scopes = Vectors.Section("rateScopes").GetProperty("scopes");
        foreach (var scope in RateScopes.All)
        {
            var expected = scopes.GetProperty(RateScopes.NameOf(scope));
            var limit = RateScopes.LimitOf(scope);
            Assert.Equal(expected.GetProperty("hardPerHour").GetDouble(), limit.HardRate * 3600, 0.001);
            Assert.Equal(expected.GetProperty("ratePerSecond").GetDouble(), limit.Rate, 0.001);
            Assert.Equal(expected.GetProperty("burst").GetInt32(), limit.Burst);
        }
    }

    /// <summary>Interop API 2.5: what one process may make when it cannot know of the others.</summary>
    [Theory]
    [InlineData(RateScope.User, 0.25)]
    [InlineData(RateScope.JobSubmission, 0.035)]
    [InlineData(RateScope.JobsUsage, 3.125)]
    public void Every_scope_has_an_emergency_rate(RateScope scope, double rate) => Assert.Equal(rate, RateScopes.LimitOf(scope).EmergencyRate, 0.001);

    /// <summary>The profile says how the sandbox's limits are scaled; a client that keeps to them is never refused.</summary>
    [Fact]
    public async Task A_sandbox_with_limits_never_has_to_refuse_this_client()
    {
        const int Calls = 250;
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = 50 });
        using var session = await sandbox.ConnectAsync();
        var clock = Stopwatch.StartNew();
        // All at once: on a busy machine they bunch up on their way.
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => session.Client.Users.GetCurrentAsync(default)));
        Assert.Equal((Calls + 1, 0L), await sandbox.CountLimitedAsync("user"));
        // 100 of them are beyond the burst, at 1.7 x 50 a second: without the client's own pace they would be refused.
        Assert.True(clock.Elapsed.TotalSeconds > 1, $"{Calls} calls took only {clock.Elapsed}: nothing held them back.");
    }

    [Fact]
    public async Task A_refusal_holds_back_the_other_calls_of_its_scope()
    {
        await using var server = ScriptedServer.InTurn(
            reply => reply.JsonAsync(429, """{"detail":"slow"}""", "Retry-After: 7"),
            reply => reply.JsonAsync(200, """{"id":"f1","name":"a"}"""));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        client.UseLimitsOf(Profile(1));
        await client.Files.GetAsync("f1", default);
        Assert.Contains(time.Waits, wait => wait >= TimeSpan.FromSeconds(7));
    }

    /// <summary>They were sent together and refused together; were they to come back together, they would be refused again.</summary>
    [Fact]
    public async Task Calls_that_were_refused_together_come_back_one_by_one()
    {
        const int Calls = 20;
        var asked = 0;
        var all = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (_, reply) =>
        {
            var number = Interlocked.Increment(ref asked);
            if (number == Calls) all.SetResult();
            if (number <= Calls) await all.Task;
            await (number <= Calls ? reply.JsonAsync(429, "{}", "Retry-After: 3") : reply.JsonAsync(200, """{"id":"f1","name":"a"}"""));
        });
        var time = new ManualTime();
        using var client = Clients.For(server, time);
        client.UseLimitsOf(Profile(1));
        var start = time.GetUtcNow();
        var calls = Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => client.Files.GetAsync("f1", default)));
        await all.Task.WaitAsync(TestPatience.Long);
        while (!calls.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(1);
        }

        await calls;
        // During the cooldown of 3 s there come 5 tokens; the others wait for 1.7 a second.
        Assert.True((time.GetUtcNow() - start).TotalSeconds >= 11, $"{time.GetUtcNow() - start}");
        Assert.Equal(2 * Calls, server.Requests.Count);
    }

    /// <summary>Whoever connects is not left without a word until a long cooldown is over.</summary>
    [Fact]
    public async Task A_connection_test_waits_for_its_turn_no_longer_than_for_an_answer()
    {
        await using var server = ScriptedServer.InTurn(
            reply => reply.JsonAsync(429, """{"detail":"slow"}""", "Retry-After: 3000"),
            reply => reply.JsonAsync(200, """{"email":"a@b.c"}"""));
        var time = new ManualTime();
        using var client = Clients.For(server, time);
        client.UseLimitsOf(Profile(1));
        var first = await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default));
        Assert.Equal((ErrorIds.RateLimited, TimeSpan.FromSeconds(3000)), (first.ErrorId, first.RetryAfter));
        var test = client.Users.TestConnectionAsync(default);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => time.RunAsync(test));
        Assert.Equal((ErrorIds.RateLimited, ErrorBehavior.Wait), (failure.ErrorId, failure.Behavior));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0d)]
    [InlineData(-1d)]
    public async Task Without_a_scale_a_loopback_platform_has_no_limits(double? scale)
    {
        await using var server = ScriptedServer.InTurn(reply => reply.JsonAsync(200, """{"id":"f1","name":"a"}"""));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        client.UseLimitsOf(Profile(scale));
        for (var i = 0; i < 160; i++) await client.Files.GetAsync("f1", default);
        Assert.Empty(time.Waits);
    }

    internal static UserProfile Profile(double? scale) => new(null, null, null, null,
        new StorageDescription("s", "S3Storage", null, new StorageConnection("r", "c", "", "", null, null, null, scale)));
}
