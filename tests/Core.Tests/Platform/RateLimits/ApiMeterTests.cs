using RescaleInterlink.Platform;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

/// <summary>What a flow's calls are counted for.</summary>
public sealed class ApiMeterTests
{
    private const string File = """{"id":"f1","name":"a"}""";
    private readonly List<(ApiPhase Before, ApiPhase Now)> _changes = [];

    [Fact]
    public async Task A_refused_call_counts_twice_and_waits_for_the_rate_limit()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(429, """{"detail":"slow"}""", "Retry-After: 7"), r => r.JsonAsync(200, File));
        var usage = await MeasureAsync(server, limits: true);
        Assert.Equal((2, true), (usage.Calls, usage.Waited >= TimeSpan.FromSeconds(7)));
        Assert.Contains((ApiPhase.Made, ApiPhase.Limited), _changes);
        AssertBalanced();
    }

    [Fact]
    public async Task A_call_that_is_repeated_after_a_fault_waits_for_the_platform_and_for_no_limit()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(503, "{}"), r => r.JsonAsync(200, File));
        Assert.Equal(new ApiUsage(RateScope.User, 2, TimeSpan.Zero), await MeasureAsync(server, limits: false));
        Assert.Equal([(ApiPhase.None, ApiPhase.Made), (ApiPhase.Made, ApiPhase.None)], _changes);
    }

    [Fact]
    public async Task A_call_that_fails_leaves_nothing_open()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(429, """{"detail":"no"}""", "Retry-After: 100000"));
        await Assert.ThrowsAsync<Errors.RescaleException>(() => MeasureAsync(server, limits: true));
        AssertBalanced();
    }

    [Fact]
    public async Task Calls_of_another_flow_do_not_count()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, File));
        using var client = Clients.For(server, Clients.NoWaiting());
        var meter = new ApiMeter(TimeProvider.System);
        await Task.Run(() => ApiMeter.Current = meter, TestContext.Current.CancellationToken);
        await client.Files.GetAsync("f1", default);
        Assert.All(RateScopes.All, scope => Assert.Equal(0, meter.GetUsage(scope).Calls));
    }

    private async Task<ApiUsage> MeasureAsync(ScriptedServer server, bool limits)
    {
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        if (limits)
            client.UseLimitsOf(RateLimitTests.Profile(1));
        var meter = new ApiMeter(time, (before, now) => _changes.Add((before, now)));
        ApiMeter.Current = meter;
        await client.Files.GetAsync("f1", default);
        return meter.GetUsage(RateScope.User);
    }

    private void AssertBalanced()
    {
        Assert.NotEmpty(_changes);
        foreach (var phase in new[] { ApiPhase.Made, ApiPhase.Limited })
            Assert.Equal(_changes.Count(change => change.Now == phase), _changes.Count(change => change.Before == phase));
    }
}
