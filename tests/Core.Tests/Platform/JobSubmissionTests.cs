using RescaleInterlink.Core.Tests.Transfers;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>A job must never be created or started twice by a client that only lost an answer.</summary>
public class JobSubmissionTests
{
    private const string Job = """{"id":"j1","name":"Run_1"}""";

    [Fact]
    public async Task A_lost_answer_is_reported_and_not_asked_for_again()
    {
        foreach (var call in BothCalls())
        {
            foreach (var lost in new Func<ScriptedReply, Task>[] { r => r.ResetAsync(), Closed, r => r.TruncatedAsync(201, "{\"id\""u8.ToArray(), 50) })
            {
                await using var server = ScriptedServer.InTurn(lost, r => r.JsonAsync(201, Job));
                using var client = Clients.For(server);
                var error = await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, call(client));
                Assert.Equal(ErrorBehavior.Fatal, error.Behavior);
                Assert.NotNull(error.RecommendedAction);
                Assert.Single(server.Requests);
            }
        }
    }

    [Fact]
    public async Task A_silence_after_the_request_is_uncertain_too()
    {
        foreach (var call in BothCalls())
        {
            await using var server = ScriptedServer.InTurn(r => r.StallAsync());
            var time = new ManualTime();
            using var client = Clients.For(server, time, Clients.Hasty with { MaxRetries = 10 });
            var silent = call(client);
            await Waiting.UntilAsync(() => server.Requests.Count > 0);
            time.Advance(Clients.Hasty.AttemptTimeout);
            await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, silent);
            Assert.Single(server.Requests);
        }
    }

    [Fact]
    public async Task On_a_reused_connection_the_transport_does_not_repeat_either()
    {
        foreach (var call in BothCalls())
        {
            await using var server = new ScriptedServer((request, reply) =>
            {
                if (request.Method == "GET")
                    return reply.JsonAsync(200, Job);
                reply.Close();
                return Task.CompletedTask;
            });
            using var client = Clients.For(server);
            await client.Jobs.GetAsync("j1", default);
            await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, call(client));
            Assert.Single(server.Requests, static r => r.Method == "POST");
            Assert.Equal(1, server.Requests[^1].Connection);
        }
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_server_fault_is_reported_as_it_is(int status)
    {
        foreach (var call in BothCalls())
        {
            await using var server = ScriptedServer.InTurn(r => r.JsonAsync(status, """{"detail":"no"}"""), r => r.JsonAsync(201, Job));
            using var client = Clients.For(server);
            var error = await RetryTests.FailsWith(ErrorIds.PlatformFault, call(client));
            Assert.Equal(status, error.StatusCode);
            Assert.Equal(ErrorBehavior.Fatal, error.Behavior);
            Assert.Single(server.Requests);
        }
    }

    [Fact]
    public async Task A_throttled_request_was_not_read_and_is_repeated()
    {
        foreach (var call in BothCalls())
        {
            await using var server = ScriptedServer.InTurn(r => r.JsonAsync(429, "{}", "Retry-After: 3"), r => r.JsonAsync(201, Job));
            using var client = Clients.For(server);
            await call(client);
            Assert.Equal(2, server.Requests.Count);
        }
    }

    [Fact]
    public async Task While_nothing_could_be_sent_it_is_tried_again()
    {
        foreach (var call in BothCalls())
        {
            var time = Clients.NoWaiting();
            using var client = Clients.For(ScriptedServer.ClosedPort(), time);
            await RetryTests.FailsWith(ErrorIds.PlatformUnreachable, call(client));
            Assert.Equal(10, time.Waits.Count);
        }
    }

    [Theory]
    [InlineData("<html>ok</html>")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"name\":\"Run_1\"}")]
    public async Task A_good_status_with_an_unreadable_answer_is_uncertain(string body)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(201, body));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, client.Jobs.CreateAsync(Clients.AnyJob, default));
    }

    [Fact]
    public async Task Other_changes_of_a_job_are_repeated_after_a_break_but_not_after_a_fault()
    {
        await using var breaks = ScriptedServer.InTurn(r => r.ResetAsync(), r => r.JsonAsync(200, "{}"));
        using var first = Clients.For(breaks);
        await first.Jobs.StopAsync("j1", default);
        Assert.Equal(2, breaks.Requests.Count);

        await using var faults = ScriptedServer.InTurn(r => r.JsonAsync(500, "{}"));
        using var second = Clients.For(faults);
        await RetryTests.FailsWith(ErrorIds.PlatformFault, second.Jobs.AddTagAsync("j1", "t", default));
        Assert.Single(faults.Requests);
    }

    private static Task Closed(ScriptedReply reply)
    {
        reply.Close();
        return Task.CompletedTask;
    }

    private static Func<RescaleClient, Task>[] BothCalls() =>
        [client => client.Jobs.CreateAsync(Clients.AnyJob, default), client => client.Jobs.SubmitAsync("j1", default)];
}
