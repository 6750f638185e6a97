using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>A host that fails everybody is left alone for a while, and no call gives up earlier for it.</summary>
public class CircuitBreakerTests
{
    private const string File = """{"id":"f1","name":"a"}""";
    private static readonly RescaleException Failure = new(ErrorIds.ProxyUnreachable, ErrorKind.Unreachable, "The proxy p.test:3128 cannot be reached.", "Check the proxy's name.");
    private readonly ManualTime _time = new();

    [Fact]
    public void It_opens_after_ten_failures_in_a_row()
    {
        var breaker = new CircuitBreaker("host.test", _time);
        Fail(breaker, CircuitBreaker.Threshold - 1);
        Succeed(breaker);
        Fail(breaker, CircuitBreaker.Threshold - 1);
        breaker.Enter().Dispose();
        Fail(breaker, 1);
        var error = Assert.Throws<RescaleException>(() => breaker.Enter());
        Assert.Equal((ErrorIds.PlatformHeldBack, ErrorBehavior.Retry, CircuitBreaker.FirstBreak), (error.ErrorId, error.Behavior, error.RetryAfter));
        Assert.Contains("host.test", error.Message);
        // Who fails may be a proxy on the way.
        Assert.Contains(Failure.Message, error.Message);
        Assert.EndsWith(Failure.RecommendedAction!, error.RecommendedAction);
        Assert.Contains((_time.GetLocalNow() + CircuitBreaker.FirstBreak).ToString("HH:mm:ss", null), error.Message);
    }

    [Fact]
    public void Failures_of_long_ago_do_not_count()
    {
        var breaker = new CircuitBreaker("host.test", _time);
        for (var i = 0; i < 100; i++)
        {
            Fail(breaker, 1);
            _time.Advance(TimeSpan.FromSeconds(7));
        }

        breaker.Enter().Dispose();
    }

    [Fact]
    public void After_the_break_one_tries_and_opens_the_way_for_all()
    {
        var breaker = Opened();
        _time.Advance(CircuitBreaker.FirstBreak - TimeSpan.FromMilliseconds(1));
        Assert.Throws<RescaleException>(() => breaker.Enter());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using (var probe = breaker.Enter())
        {
            Assert.Equal(TimeSpan.FromSeconds(1), Assert.Throws<RescaleException>(() => breaker.Enter()).RetryAfter);
            probe.Succeeded();
        }

        Fail(breaker, CircuitBreaker.Threshold - 1);
        breaker.Enter().Dispose();
    }

    [Fact]
    public void A_try_that_fails_lengthens_the_break_up_to_its_limit()
    {
        var breaker = Opened();
        var wait = CircuitBreaker.FirstBreak;
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(wait);
            Fail(breaker, 1);
            var next = Assert.Throws<RescaleException>(() => breaker.Enter()).RetryAfter!.Value;
            Assert.Equal(wait * 2 < CircuitBreaker.LongestBreak ? wait * 2 : CircuitBreaker.LongestBreak, next);
            wait = next;
        }
    }

    [Fact]
    public void A_try_that_was_stopped_leaves_the_next_to_another()
    {
        var breaker = Opened();
        _time.Advance(CircuitBreaker.FirstBreak);
        breaker.Enter().Dispose();
        using var next = breaker.Enter();
        next.Succeeded();
    }

    [Fact]
    public void An_answer_to_an_earlier_attempt_ends_the_break_and_an_earlier_failure_does_not_lengthen_it()
    {
        var breaker = new CircuitBreaker("host.test", _time);
        using var early = breaker.Enter();
        using var late = breaker.Enter();
        Fail(breaker, CircuitBreaker.Threshold);
        _time.Advance(TimeSpan.FromSeconds(2));
        early.Failed(Failure);
        Assert.Equal(CircuitBreaker.FirstBreak - TimeSpan.FromSeconds(2), Assert.Throws<RescaleException>(() => breaker.Enter()).RetryAfter);
        late.Succeeded();
        breaker.Enter().Dispose();
    }

    [Fact]
    public async Task Calls_of_one_session_share_it_and_a_call_that_may_not_wait_fails_at_once()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(503, "{}"));
        using var client = Clients.For(server, policy: Clients.Patient with { MaxRetries = 0 });
        for (var i = 0; i < CircuitBreaker.Threshold; i++)
            await RetryTests.FailsWith(ErrorIds.PlatformFault, i % 2 == 0 ? client.Files.GetAsync("f1", default) : client.Jobs.GetAsync("j1", default));
        var error = await RetryTests.FailsWith(ErrorIds.PlatformHeldBack, client.Files.GetAsync("f1", default));
        Assert.Contains(server.Url.Authority, error.Message);
        Assert.Equal(CircuitBreaker.Threshold, server.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(501)]
    public async Task Answers_that_are_no_failure_of_the_host_do_not_open_it(int status)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(status, "{}"));
        using var client = Clients.For(server, policy: Clients.Patient with { MaxRetries = 0 });
        for (var i = 0; i < CircuitBreaker.Threshold * 2; i++)
            await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default));
        Assert.Equal(CircuitBreaker.Threshold * 2, server.Requests.Count);
    }

    /// <summary>The platform answers 500 to a job that it cannot read: that says nothing of the platform.</summary>
    [Fact]
    public async Task Jobs_that_the_platform_fails_at_do_not_open_it()
    {
        await using var server = new ScriptedServer((request, r) => request.Method == "POST" ? r.JsonAsync(500, "{}") : r.JsonAsync(200, File));
        using var client = Clients.For(server, policy: Clients.Patient with { MaxRetries = 0 });
        for (var i = 0; i < CircuitBreaker.Threshold * 2; i++)
            await RetryTests.FailsWith(ErrorIds.PlatformFault, client.Jobs.CreateAsync(Clients.AnyJob, default));
        Assert.Equal("f1", (await client.Files.GetAsync("f1", default)).Id);
    }

    [Fact]
    public async Task A_call_that_may_wait_outlives_the_break()
    {
        var failing = true;
        await using var server = new ScriptedServer((_, r) => r.JsonAsync(failing ? 503 : 200, failing ? "{}" : File));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        await OpenAsync(client, server);
        failing = false;
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal("f1", (await client.Files.GetAsync("f1", default)).Id);
        // It waited for the rest of the break, not for the 1 s of its own first repetition.
        Assert.Equal(TimeSpan.FromSeconds(4.5), time.Waits[^1]);
    }

    [Fact]
    public async Task A_call_has_all_its_time_and_says_what_was_held_back()
    {
        await using var server = ScriptedServer.InTurn(r => r.ResetAsync());
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        await OpenAsync(client, server);
        var before = time.GetTimestamp();
        var error = await RetryTests.FailsWith(ErrorIds.PlatformUnreachable, client.Files.GetAsync("f1", default));
        Assert.Matches(@"\(\d+ attempts, \d+ more held back\)", error.Message);
        // 1 + 2 + 4 + 8 + 16 + 30 * 5: as long as a call takes that nothing holds back.
        Assert.True(time.GetElapsedTime(before) >= TimeSpan.FromSeconds(181), $"{time.GetElapsedTime(before)}");
    }

    [Fact]
    public async Task A_wait_that_is_longer_than_the_calls_time_ends_it_and_says_so()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(503, "{}"));
        using var client = Clients.For(server, policy: Clients.Patient with { MaxRetries = 0, ConnectionTestTime = TimeSpan.FromSeconds(3) });
        await OpenAsync(client, server);
        var error = await RetryTests.FailsWith(ErrorIds.PlatformHeldBack, client.Users.TestConnectionAsync(default));
        Assert.NotNull(error.RetryAfter);
    }

    /// <summary>Fails as many calls as it takes, none of which is repeated, at one moment.</summary>
    private static async Task OpenAsync(RescaleClient client, ScriptedServer server)
    {
        for (var i = 0; i < CircuitBreaker.Threshold; i++)
            await Assert.ThrowsAsync<RescaleException>(() => client.Jobs.CreateAsync(Clients.AnyJob, default));
        Assert.Equal(CircuitBreaker.Threshold, server.Requests.Count);
    }

    private CircuitBreaker Opened()
    {
        var breaker = new CircuitBreaker("host.test", _time);
        Fail(breaker, CircuitBreaker.Threshold);
        return breaker;
    }

    private static void Fail(CircuitBreaker breaker, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var pass = breaker.Enter();
            pass.Failed(Failure);
        }
    }

    private static void Succeed(CircuitBreaker breaker)
    {
        using var pass = breaker.Enter();
        pass.Succeeded();
    }
}
