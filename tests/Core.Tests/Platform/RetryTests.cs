using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>What is asked again, how often and after which wait.</summary>
public class RetryTests
{
    private const string File = """{"id":"f1","name":"a"}""";

    [Fact]
    public async Task Server_faults_are_repeated_with_doubled_waits()
    {
        await using var server = ScriptedServer.InTurn(Fails(503), Fails(500), Fails(502), Fails(504), r => r.JsonAsync(200, File));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        Assert.Equal("f1", (await client.Files.GetAsync("f1", default)).Id);
        Assert.Equal(Seconds(1, 2, 4, 8), time.Waits);
    }

    [Fact]
    public async Task Every_wait_is_told_to_the_observer_of_the_flow()
    {
        await using var server = ScriptedServer.InTurn(Fails(503), Fails(500), r => r.JsonAsync(200, File));
        using var client = Clients.For(server, Clients.NoWaiting());
        var observer = new RecordingObserver();
        ApiObserver.Current = observer;
        await client.Files.GetAsync("f1", default);
        ApiObserver.Current = null;
        Assert.Equal(Seconds(1, 2), observer.Heard.Select(heard => heard.Wait));
        Assert.Contains("503", observer.Heard[0].Reason);
        Assert.All(observer.Heard, heard => Assert.True(heard.Left > TimeSpan.Zero));
    }

    private sealed class RecordingObserver : IApiObserver
    {
        public List<(string Reason, TimeSpan Wait, TimeSpan Left)> Heard { get; } = [];

        public void OnWaiting(string reason, TimeSpan wait, TimeSpan left) => Heard.Add((reason, wait, left));
    }

    [Fact]
    public async Task Jitter_lengthens_each_wait_by_a_share()
    {
        await using var server = ScriptedServer.InTurn(Fails(503), Fails(503), r => r.JsonAsync(200, File));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time, Clients.Patient with { Jitter = 0.2 }, random: 0.5);
        await client.Files.GetAsync("f1", default);
        Assert.Equal(Seconds(1.1, 2.2), time.Waits);
    }

    [Fact]
    public async Task After_eleven_attempts_the_last_answer_is_the_error()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(500, """{"detail":"broken"}"""));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        var error = await FailsWith(ErrorIds.PlatformFault, client.Files.GetAsync("f1", default));
        Assert.Equal(500, error.StatusCode);
        Assert.Contains("broken", error.Message);
        Assert.Equal(11, server.Requests.Count);
        Assert.Equal(Seconds(1, 2, 4, 8, 16, 30, 30, 30, 30, 30), time.Waits);
    }

    [Theory]
    [InlineData(400, ErrorIds.RequestRejected, ErrorKind.InvalidInput)]
    [InlineData(401, ErrorIds.ApiKeyRejected, ErrorKind.Authentication)]
    [InlineData(403, ErrorIds.PermissionDenied, ErrorKind.Permission)]
    [InlineData(404, ErrorIds.FileNotFound, ErrorKind.NotFound)]
    [InlineData(407, ErrorIds.ProxyAuthenticationRequired, ErrorKind.Authentication)]
    [InlineData(409, ErrorIds.RequestRejected, ErrorKind.AlreadyExists)]
    [InlineData(418, ErrorIds.RequestRejected, ErrorKind.InvalidInput)]
    [InlineData(501, ErrorIds.PlatformFault, ErrorKind.ServerFault)]
    [InlineData(302, ErrorIds.PlatformProtocol, ErrorKind.Protocol)]
    public async Task An_answer_that_cannot_change_is_not_asked_for_again(int status, string id, ErrorKind kind)
    {
        await using var server = ScriptedServer.InTurn(Fails(status));
        using var client = Clients.For(server);
        var error = await FailsWith(id, client.Files.GetAsync("f1", default));
        Assert.Equal(kind, error.Kind);
        Assert.Equal(status, error.StatusCode);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("Retry-After: 7", 7)]
    [InlineData("Retry-After: Fri, 02 Jan 2026 03:04:35 GMT", 30)]
    [InlineData("Retry-After: nonsense", 1)]
    [InlineData("Retry-After: -5", 1)]
    [InlineData("X-Other: 1", 1)]
    public async Task A_throttled_call_waits_as_long_as_it_is_told(string header, double seconds)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(429, "{}", header), r => r.JsonAsync(200, File));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        await client.Files.GetAsync("f1", default);
        Assert.Equal(Seconds(seconds), time.Waits);
    }

    [Fact]
    public async Task After_a_429_the_longer_of_backoff_and_wish_counts_and_after_a_503_the_wish()
    {
        foreach (var (status, expected) in new[] { (429, Seconds(3, 3, 4, 8)), (503, Seconds(3, 3, 3, 3)) })
        {
            Func<ScriptedReply, Task> busy = r => r.JsonAsync(status, "{}", "Retry-After: 3");
            await using var server = ScriptedServer.InTurn(busy, busy, busy, busy, r => r.JsonAsync(200, File));
            var time = Clients.NoWaiting();
            using var client = Clients.For(server, time);
            await client.Files.GetAsync("f1", default);
            Assert.Equal(expected, time.Waits);
        }
    }

    [Fact]
    public async Task A_longer_wait_than_the_policy_bears_is_the_callers_to_decide()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(429, """{"detail":"Request was throttled."}""", "Retry-After: 301"));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        var error = await FailsWith(ErrorIds.RateLimited, client.Files.GetAsync("f1", default));
        Assert.Equal(TimeSpan.FromSeconds(301), error.RetryAfter);
        Assert.Equal(ErrorBehavior.Wait, error.Behavior);
        Assert.Empty(time.Waits);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_the_answer_is_repeated()
    {
        await using var server = ScriptedServer.InTurn(
            r => r.TruncatedAsync(200, "{\"id\":"u8.ToArray(), 100),
            r => r.ResetAsync(),
            async r =>
            {
                await r.RawAsync("HTTP/1.1 200 OK\r\nContent-Le");
                r.Close();
            },
            r => r.JsonAsync(200, File));
        using var client = Clients.For(server);
        Assert.Equal("f1", (await client.Files.GetAsync("f1", default)).Id);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task A_registration_whose_answer_was_lost_is_uncertain_and_not_repeated()
    {
        foreach (var lost in new Func<ScriptedReply, Task>[] { r => r.ResetAsync(), r => r.TruncatedAsync(201, "{\"id\""u8.ToArray(), 50), r => r.JsonAsync(201, "[]") })
        {
            await using var server = ScriptedServer.InTurn(lost, r => r.JsonAsync(201, File));
            using var client = Clients.For(server);
            await FailsWith(ErrorIds.FileRegistrationUncertain, client.Files.RegisterAsync(
                new FileRegistration("a", "f", "k", new PathParts("c", "p"), new StorageDescription("s", "S3Storage", "default", null), 1, "00"), default));
            Assert.Single(server.Requests);
        }
    }

    [Fact]
    public async Task A_post_whose_answer_was_lost_is_repeated_with_its_whole_body()
    {
        await using var server = ScriptedServer.InTurn(r => r.ResetAsync(), r => r.JsonAsync(201, File));
        using var client = Clients.For(server);
        await client.Files.AddTagAsync("f1", "tag", default);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(server.Requests[0].BodyText, server.Requests[1].BodyText);
        Assert.NotEmpty(server.Requests[0].Body);
    }

    [Fact]
    public async Task A_dead_platform_ends_a_call_within_its_total_time()
    {
        // Waits of the backoff are skipped; attempts are limited by what is left of the two minutes.
        double[] backoff = [1, 2, 4, 8, 16, 30];
        var time = new SkippingTime(due => backoff.Contains(due.TotalSeconds));
        using var client = Clients.For(ScriptedServer.ClosedPort(), time, new ApiPolicy { Jitter = 0, AttemptTimeout = TimeSpan.FromSeconds(31) });
        var error = await FailsWith(ErrorIds.PlatformUnreachable, client.Files.GetAsync("f1", default));
        Assert.Equal(ErrorKind.Unreachable, error.Kind);
        Assert.Contains("the connection was refused", error.Message);
        Assert.Equal(Seconds(1, 2, 4, 8, 16, 30, 30), time.Waits);
        Assert.Contains("8 attempts", error.Message);
    }

    [Fact]
    public async Task Silence_is_a_timeout()
    {
        await using var server = ScriptedServer.InTurn(r => r.StallAsync());
        using var client = Clients.For(server, TimeProvider.System, Clients.Hasty);
        var error = await FailsWith(ErrorIds.PlatformTimeout, client.Files.GetAsync("f1", default));
        Assert.Equal(ErrorKind.TimedOut, error.Kind);
    }

    [Fact]
    public async Task Silence_within_the_body_is_a_timeout()
    {
        await using var server = ScriptedServer.InTurn(async r =>
        {
            await r.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
            await r.StallAsync();
        });
        using var client = Clients.For(server, TimeProvider.System, Clients.Hasty);
        await FailsWith(ErrorIds.PlatformTimeout, client.Files.GetAsync("f1", default));
    }

    [Fact]
    public async Task A_stop_ends_a_stalled_call_and_is_no_error_of_the_platform()
    {
        await using var server = ScriptedServer.InTurn(r => r.StallAsync());
        using var client = Clients.For(server, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var call = client.Files.GetAsync("f1", stop.Token);
        while (server.Requests.Count == 0)
            await Task.Delay(5);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TestPatience.Long));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_stop_ends_a_wait_between_attempts()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(429, "{}", "Retry-After: 250"));
        using var client = Clients.For(server, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var call = client.Files.GetAsync("f1", stop.Token);
        while (server.Requests.Count == 0)
            await Task.Delay(5);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TestPatience.Long));
    }

    [Fact]
    public async Task A_call_that_was_stopped_before_sends_nothing()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, File));
        using var client = Clients.For(server);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Files.GetAsync("f1", new CancellationToken(canceled: true)));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Something_that_is_no_http_server_is_not_asked_again()
    {
        await using var server = ScriptedServer.InTurn(async r =>
        {
            await r.RawAsync("220 mail.example ESMTP\r\n");
            r.Close();
        });
        using var client = Clients.For(server);
        await FailsWith(ErrorIds.PlatformProtocol, client.Files.GetAsync("f1", default));
        Assert.Single(server.Requests);
    }

    internal static async Task<RescaleException> FailsWith(string errorId, Task call)
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => call.WaitAsync(TestPatience.Long));
        Assert.Equal(errorId, error.ErrorId);
        return error;
    }

    private static Func<ScriptedReply, Task> Fails(int status) => r => r.JsonAsync(status, "{}");

    private static IEnumerable<TimeSpan> Seconds(params double[] seconds) => seconds.Select(TimeSpan.FromSeconds);
}
