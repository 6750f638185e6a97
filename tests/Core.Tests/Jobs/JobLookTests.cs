using System.Globalization;
using System.Text.Json;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>How a job is looked for by its mark: on a platform that lags, hides, or is of another time.</summary>
public sealed class JobLookTests
{
    private const string Nothing = """{"results":[]}""";

    /// <summary>The clock of <see cref="Clients.NoWaiting"/>.</summary>
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private string _mark = "";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_listing_that_lags_behind_the_creation_is_read_again(int lag)
    {
        var looks = 0;
        await using var server = Serve((target, reply) => reply.JsonAsync(200, !IsList(target) ? Job("j1", _mark) : looks++ < lag ? Nothing : Jobs(Job("j1"))));
        var time = Clients.NoWaiting();
        using var client = Clients.For(server, time);
        Assert.Equal("j1", (await CreateAsync(client)).Id);
        Assert.Equal(1, Posts(server));
        Assert.Equal(new[] { 1.0, 2, 4 }.Take(lag), time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task One_that_is_not_there_is_created_again_once_with_the_same_mark()
    {
        await using var server = new ScriptedServer((request, reply) => request.Method == "POST" ? reply.ResetAsync() : reply.JsonAsync(200, Nothing));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, CreateAsync(client));
        var marks = server.Requests.Where(request => request.Method == "POST").Select(MarkOf).ToList();
        Assert.Equal(2, marks.Count);
        Assert.Equal(marks[0], marks[1]);
        Assert.Contains($"RESCALE_INTERLINK_MARK={marks[0]}", error.Message, StringComparison.Ordinal);
        Assert.Equal(8, server.Requests.Count(request => request.Method == "GET"));
    }

    [Fact]
    public async Task A_platform_that_was_too_slow_is_given_more_time()
    {
        var looks = 0;
        await using var server = new ScriptedServer((request, reply) =>
        {
            if (request.Method != "POST")
                return reply.JsonAsync(200, !IsList(request.Target) ? Job("j1", _mark) : looks++ < 5 ? Nothing : Jobs(Job("j1")));
            _mark = MarkOf(request);
            return reply.JsonAsync(504, "{}");
        });
        using var client = Clients.For(server);
        Assert.Equal("j1", (await CreateAsync(client)).Id);
        Assert.Equal(1, Posts(server));
    }

    [Fact]
    public async Task A_listing_that_shows_the_environment_needs_no_further_call()
    {
        await using var server = Serve((_, reply) => reply.JsonAsync(200, Jobs(Job("j0", "other"), Job("j1", _mark))));
        using var client = Clients.For(server);
        Assert.Equal("j1", (await CreateAsync(client)).Id);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"id":"j0","name":"Run_1"}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":null}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":[{"command":"x"}]}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":[{"envVars":null}],"dateInserted":"2026-01-02T03:04:00Z"}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":{"envVars":{}}}""")]
    public async Task A_job_of_the_name_whose_environment_is_hidden_leaves_it_uncertain(string job)
    {
        await using var server = Serve((target, reply) => reply.JsonAsync(200, IsList(target) ? Jobs(job) : job));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, CreateAsync(client));
        Assert.Contains("does not show the environment of the job 'Run_1' (j0)", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Posts(server));
    }

    [Theory]
    [InlineData("""{"id":"j0","name":"Run_2"}""")]
    [InlineData("""{"id":"j0","name":"Run_1","dateInserted":"2025-12-31T00:00:00Z"}""")]
    [InlineData("""{"id":"j0","name":"Run_1","dateInserted":"2026-01-02T01:00:00Z","jobanalyses":[{"envVars":null}]}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":[{"envVars":{}}]}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":[{"envVars":{"RESCALE_INTERLINK_MARK":7}},3]}""")]
    [InlineData("""{"id":"j0","name":"Run_1","jobanalyses":[{"envVars":{"RESCALE_INTERLINK_MARK":"\ud800"}}]}""")]
    public async Task Another_job_is_not_taken_for_it(string job)
    {
        var posts = 0;
        await using var server = new ScriptedServer((request, reply) => request.Method != "POST" ? reply.JsonAsync(200, IsList(request.Target) ? Jobs(job) : job)
            : ++posts == 1 ? reply.ResetAsync() : reply.JsonAsync(201, """{"id":"j2"}"""));
        using var client = Clients.For(server);
        Assert.Equal("j2", (await CreateAsync(client)).Id);
    }

    [Theory]
    [InlineData("Run_1")]
    [InlineData(" run_1 ")]
    [InlineData(null)]
    public async Task The_name_may_come_back_a_little_different(string? name)
    {
        await using var server = Serve((target, reply) => reply.JsonAsync(200, IsList(target)
            ? Jobs($$"""{"id":"j1","name":{{JsonSerializer.Serialize(name)}}}""") : Job("j1", _mark)));
        using var client = Clients.For(server);
        Assert.Equal("j1", (await CreateAsync(client)).Id);
    }

    [Fact]
    public async Task One_that_is_gone_when_it_is_read_is_not_it()
    {
        var posts = 0;
        await using var server = new ScriptedServer((request, reply) => request.Method == "POST"
            ? ++posts == 1 ? reply.ResetAsync() : reply.JsonAsync(201, """{"id":"j2"}""")
            : IsList(request.Target) ? reply.JsonAsync(200, Jobs(Job("j1"))) : reply.JsonAsync(404, "{}"));
        using var client = Clients.For(server);
        Assert.Equal("j2", (await CreateAsync(client)).Id);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(59, 0, 2)]
    [InlineData(59, 115, 2)]
    public async Task The_listing_is_read_as_far_back_as_the_job_can_be(int minutesOfFirst, int index, int pages)
    {
        // Each is a minute older than the one before, in pages of 100; the one that is looked for is at the index, or with 0 nowhere.
        await using var server = Serve((target, reply) =>
        {
            if (!IsList(target))
                return reply.JsonAsync(200, Job("j", _mark));
            var page = target.Split("page=") is [_, var number] ? int.Parse(number[..1], CultureInfo.InvariantCulture) : 1;
            var jobs = Enumerable.Range((page - 1) * 100, 100).Select(i =>
                $$"""{"id":"{{i}}","name":"{{(i == index && index > 0 ? "Run_1" : "Other")}}","dateInserted":"{{Now.AddMinutes(minutesOfFirst - i):O}}"}""");
            return reply.JsonAsync(200, $$"""{"next":"/api/v3/jobs/?page={{page + 1}}","results":[{{string.Join(',', jobs)}}]}""");
        });
        using var client = Clients.For(server);
        if (index > 0)
            Assert.Equal("115", (await CreateAsync(client)).Id);
        else
            await RetryTests.FailsWith(ErrorIds.JobSubmissionUncertain, CreateAsync(client));
        var looks = index > 0 ? 1 : 8;
        Assert.Equal(looks * pages, server.Requests.Count(request => request.Method == "GET" && IsList(request.Target)));
    }

    /// <summary>Also when it is asked long after, with many jobs since.</summary>
    [Theory]
    [InlineData(-14, 0)]
    [InlineData(14, 0)]
    [InlineData(-14, 150)]
    [InlineData(14, 150)]
    public async Task A_clock_of_another_time_zone_hides_no_job(int hours, int since)
    {
        var time = Clients.NoWaiting();
        var mark = JobMark.New(time);
        string Other(int minutes) => $$"""{"id":"x{{minutes}}","name":"Other","dateInserted":"{{Now.AddHours(hours).AddMinutes(minutes):O}}"}""";
        string[] jobs = [.. Enumerable.Range(1, since).Reverse().Select(i => Other(i * 60)), $$"""{"id":"j1","name":"Run_1","dateInserted":"{{Now.AddHours(hours):O}}"}""", .. Enumerable.Range(1, 150).Select(i => Other(-i))];
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, IsList(request.Target) ? Jobs(jobs) : Job("j1", mark.Value)));
        using var client = Clients.For(server, time);
        Assert.Equal("j1", (await new JobCreation(client).FindAsync("Run_1", mark, default))!.Id);
    }

    /// <summary>A platform that creates the job and loses the answer.</summary>
    private ScriptedServer Serve(Func<string, ScriptedReply, Task> read) => new((request, reply) =>
    {
        if (request.Method != "POST")
            return read(request.Target, reply);
        _mark = MarkOf(request);
        return reply.ResetAsync();
    });

    private static Task<PlatformJob> CreateAsync(RescaleClient client)
        => new JobCreation(client).CreateAsync(Clients.AnyJob, JobMark.New(client.Time), default);

    private static string MarkOf(ScriptedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return body.RootElement.GetProperty("jobanalyses")[0].GetProperty("envVars").GetProperty("RESCALE_INTERLINK_MARK").GetString()!;
    }

    private static bool IsList(string target) => target.Contains('?', StringComparison.Ordinal);

    private static string Job(string id, string? mark = null) => mark is null
        ? $$"""{"id":"{{id}}","name":"Run_1"}"""
        : $$$"""{"id":"{{{id}}}","name":"Run_1","jobanalyses":[{"envVars":{"A":"secret","RESCALE_INTERLINK_MARK":"{{{mark}}}"}}]}""";

    private static string Jobs(params string[] jobs) => $$"""{"results":[{{string.Join(',', jobs)}}]}""";

    private static int Posts(ScriptedServer server) => server.Requests.Count(static request => request.Method == "POST");
}
