using System.Globalization;
using System.Threading.Channels;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Core.Tests.Transfers;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Following jobs, against a platform that answers as a script says, on a clock that skips the waits.</summary>
public sealed class JobWatcherTests
{
    private const string Gone = "gone";
    private const string Lost = "lost";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Unknown_words_go_on_and_the_newest_entry_counts()
    {
        var ending = Assert.Single(await WatchAsync(null, ("a", Script("", "Pending", "Waiting for Moon", "Completed/Completed successfully|Completed earlier"))));
        Assert.Equal(new JobEnding("a", "Completed", "Completed successfully", true, null) { StatusDate = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) }, ending);
    }

    [Theory]
    [InlineData("Completed/A run failed: exit code 3")]
    [InlineData("Stopped")]
    [InlineData("force stopped/by hand")]
    [InlineData("Failed")]
    [InlineData("Terminated")]
    public async Task Every_other_end_is_no_success_and_no_error(string entry)
    {
        var ending = Assert.Single(await WatchAsync(null, ("a", Script("Executing", entry))));
        Assert.Equal((entry.Split('/')[0], false, null), (ending.Status, ending.Succeeded, ending.Error));
    }

    [Fact]
    public async Task A_deleted_job_ends_and_the_others_go_on()
    {
        var endings = await WatchAsync(null, ("a", Script("Executing", Gone)), ("b", Script("Queued", "Queued", "Queued", "Completed")));
        Assert.Equal(["a", "b"], endings.Select(ending => ending.JobId));
        Assert.Equal(ErrorIds.JobNotFound, endings[0].Error!.ErrorId);
        Assert.Contains("'Executing'", endings[0].Error!.Message, StringComparison.Ordinal);
        Assert.True(endings[1].Succeeded);
    }

    [Fact]
    public async Task A_job_that_was_never_there_is_not_said_to_be_gone()
    {
        var error = Assert.Single(await WatchAsync(null, ("a", Script(Gone)))).Error!;
        Assert.Equal(ErrorIds.JobNotFound, error.ErrorId);
        Assert.DoesNotContain("any more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_is_away_for_ten_minutes_is_waited_for()
        => Assert.True(Assert.Single(await WatchAsync(null, ("a", Script(["Executing", .. Enumerable.Repeat(Lost, 10), "Completed"])))).Succeeded);

    [Fact]
    public async Task A_network_that_is_away_for_half_an_hour_ends_the_wait()
    {
        var ending = Assert.Single(await WatchAsync(null, ("a", Script("Executing", Lost))));
        Assert.Equal(("Executing", ErrorIds.PlatformUnreachable), (ending.Status, ending.Error!.ErrorId));
    }

    [Fact]
    public async Task Faults_of_the_server_are_waited_for_like_the_network()
        => Assert.True(Assert.Single(await WatchAsync(null, ("a", Script([.. Enumerable.Repeat("503", 20), "429", "Completed"])))).Succeeded);

    [Fact]
    public async Task Four_refusals_in_a_row_are_borne_and_five_are_not()
    {
        var endings = await WatchAsync(null,
            ("a", Script(["400", "400", "400", "400", "Queued", "400", "400", "400", "400", "Completed"])), ("b", Script("400")));
        Assert.Equal(ErrorIds.RequestRejected, endings[0].Error!.ErrorId);
        Assert.Equal(("b", "a"), (endings[0].JobId, endings[1].JobId));
        Assert.True(endings[1].Succeeded);
    }

    [Fact]
    public async Task A_rejected_key_ends_the_wait_at_once()
        => Assert.Equal(ErrorIds.ApiKeyRejected, Assert.Single(await WatchAsync(null, ("a", Script("401")))).Error!.ErrorId);

    [Fact]
    public async Task A_time_that_runs_out_names_the_last_status()
    {
        var endings = await WatchAsync(TimeSpan.FromMinutes(5), ("a", Script("Executing")), ("b", Script("Queued", "Completed")));
        Assert.Equal(["b", "a"], endings.Select(ending => ending.JobId));
        Assert.Equal(ErrorIds.JobWaitTimeout, endings[1].Error!.ErrorId);
        Assert.Contains("'Executing'", endings[1].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_jobs_are_followed_by_the_list_and_only_the_ended_ones_are_asked_for()
    {
        const int count = 30;
        var jobs = Enumerable.Range(0, count)
            .Select(i => (i.ToString("d2", CultureInfo.InvariantCulture), Script([.. Enumerable.Repeat("Executing", 5 + (i == 7 ? 5 : 0)), "Completed"]))).ToArray();
        await using var platform = new Watched(jobs);
        var endings = await platform.WatchAsync(null);
        Assert.Equal(count, endings.Count);
        Assert.All(endings, ending => Assert.True(ending.Succeeded));
        Assert.Equal("07", endings[^1].JobId);
        // Once for each job that ended with the others; the last one is alone for five rounds.
        Assert.Equal(count - 1 + 5, platform.Requests.Count(target => target.Contains("/statuses/", StringComparison.Ordinal)));
        Assert.Equal(6, platform.Requests.Count(target => target.Contains("/api/v3/jobs/?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_that_the_list_does_not_show_is_asked_for()
    {
        var jobs = Enumerable.Range(0, 12).Select(i => ($"j{i}", Script("Executing", "Executing", "Completed"))).ToArray();
        await using var platform = new Watched(jobs) { Hidden = "j5" };
        Assert.Equal(12, (await platform.WatchAsync(null)).Count(ending => ending.Succeeded));
    }

    [Fact]
    public async Task Progress_tells_the_last_status_of_each_job()
    {
        await using var platform = new Watched([("a", Script("Executing", "Executing", "Completed")), ("b", Script("Queued", "Stopped"))]);
        var reports = new List<JobFollowState>();
        await platform.WatchAsync(null, new Collecting(reports));
        Assert.Equal((2, 0, "Executing"), (reports[0].Total, reports[0].Ended, reports[0].StatusByJob["a"]));
        Assert.Equal((2, 2, "Stopped"), (reports[^1].Total, reports[^1].Ended, reports[^1].StatusByJob["b"]));
    }

    [Fact]
    public async Task Jobs_that_are_forgotten_are_not_waited_for()
    {
        await using var server = ScriptedServer.InTurn(static reply => reply.JsonAsync(200, """{"results":[{"status":"Executing"}]}"""));
        // It stands still: there never is a second round.
        var time = new ManualTime();
        using var client = Clients.For(server, time);
        var (ids, endings) = (Channel.CreateUnbounded<string>(), Channel.CreateUnbounded<JobEnding>());
        ids.Writer.TryWrite("a");
        ids.Writer.TryWrite("b");
        ids.Writer.Complete();
        var watcher = new JobWatcher(client.Jobs, time, Interval, timeout: null, progress: null);
        var run = watcher.RunAsync(ids.Reader, endings.Writer, TestContext.Current.CancellationToken);
        await Waiting.UntilAsync(() => server.Requests.Count == 2);
        watcher.Forget("a");
        watcher.Forget("b");
        await run.WaitAsync(TestPatience.Long);
        Assert.False(endings.Reader.TryRead(out _));
        Assert.Equal(2, server.Requests.Count);
    }

    private static string[] Script(params string[] answers) => answers;

    private static async Task<List<JobEnding>> WatchAsync(TimeSpan? timeout, params (string Id, string[] Answers)[] jobs)
    {
        await using var platform = new Watched(jobs);
        return await platform.WatchAsync(timeout);
    }

    private sealed class Collecting(List<JobFollowState> reports) : IProgress<JobFollowState>
    {
        public void Report(JobFollowState value) => reports.Add(value);
    }

    /// <summary>Each job has one answer for each round of the watcher, the last one for ever.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly (string Id, string[] Answers)[] _jobs;
        private readonly ScriptedServer _server;
        private readonly RescaleClient _client;
        private readonly SkippingTime _time = new(Interval);
        private readonly long _start;

        public Watched((string Id, string[] Answers)[] jobs)
        {
            _jobs = jobs;
            _start = _time.GetTimestamp();
            _server = new ScriptedServer(AnswerAsync);
            // The clock of the watcher: what leaves a failing host alone must see the rounds go by.
            _client = new RescaleClient(_server.Url, new ApiKey("k"), HttpTransport.Create(new NetworkOptions()), _time, Clients.Patient with { MaxRetries = 0 });
        }

        public string? Hidden { get; init; }

        public IEnumerable<string> Requests => _server.Requests.Select(request => request.Target);

        public async Task<List<JobEnding>> WatchAsync(TimeSpan? timeout, IProgress<JobFollowState>? progress = null)
        {
            var ids = Channel.CreateUnbounded<string>();
            foreach (var (id, _) in _jobs)
                ids.Writer.TryWrite(id);
            ids.Writer.Complete();
            var endings = Channel.CreateUnbounded<JobEnding>();
            await new JobWatcher(_client.Jobs, _time, Interval, timeout, progress).RunAsync(ids.Reader, endings.Writer, TestContext.Current.CancellationToken);
            var result = new List<JobEnding>();
            await foreach (var ending in endings.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
                result.Add(ending);
            return result;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _server.DisposeAsync();
        }

        private string Current(string[] answers)
        {
            var round = (int)(_time.GetElapsedTime(_start) / Interval);
            return answers[Math.Min(round, answers.Length - 1)];
        }

        private Task AnswerAsync(ScriptedRequest request, ScriptedReply reply)
        {
            if (request.Target.StartsWith("/api/v3/jobs/?", StringComparison.Ordinal))
                return reply.JsonAsync(200, Page(_jobs.Where(job => job.Id != Hidden).Select(job =>
                    $$"""{"id":"{{job.Id}}","name":"n","jobStatus":{"statusReason":null,"content":"{{Current(job.Answers).Split('/')[0]}}" } }""")));
            var id = request.Target.Split('/')[4];
            var answer = Current(_jobs.Single(job => job.Id == id).Answers);
            if (answer == Lost)
                return reply.ResetAsync();
            if (answer == Gone)
                return reply.JsonAsync(404, """{"detail":"Not found."}""");
            if (int.TryParse(answer, out var status))
                return reply.JsonAsync(status, """{"detail":"no"}""");
            return reply.JsonAsync(200, Page(answer.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('/')).Select(parts =>
                $$"""{"status":"{{parts[0]}}","statusDate":"2026-01-02T03:04:05Z","statusReason":"{{(parts.Length > 1 ? parts[1] : "")}}"}""")));
        }

        private static string Page(IEnumerable<string> results) => $$"""{"count":1,"next":null,"previous":null,"results":[{{string.Join(',', results)}}]}""";
    }
}
