using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Stopping, removing and assigning jobs, against a platform that answers as a script says, on a clock that skips the waits.</summary>
public sealed class JobChangesTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_runs_is_ordered_to_stop()
    {
        await using var platform = new Platform(["Executing"], "202");
        Assert.Equal(new JobStop("Executing", HadEnded: false), await platform.Changes().StopAsync("j", Token));
        Assert.Equal(["GET /api/v3/jobs/j/statuses/", "POST /api/v3/jobs/j/stop/"], platform.Calls);
    }

    [Theory]
    [InlineData("Completed")]
    [InlineData("force stopped")]
    public async Task A_job_that_has_ended_is_left_alone(string status)
    {
        await using var platform = new Platform([status], "202");
        Assert.Equal(new JobStop(status, HadEnded: true), await platform.Changes().StopAsync("j", Token));
        Assert.Single(platform.Calls);
    }

    [Fact]
    public async Task A_job_that_ends_at_the_moment_of_the_stop_is_no_error()
    {
        await using var platform = new Platform(["Executing", "Completed"], "400");
        Assert.Equal(new JobStop("Completed", HadEnded: true), await platform.Changes().StopAsync("j", Token));
    }

    [Fact]
    public async Task A_stop_whose_answer_was_a_fault_is_looked_after()
    {
        await using var platform = new Platform(["Executing", "Stopping"], "502");
        Assert.Equal(new JobStop("Stopping", HadEnded: false), await platform.Changes().StopAsync("j", Token));
        Assert.Single(platform.Calls, call => call.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_cannot_be_stopped_and_goes_on_is_an_error()
    {
        await using var platform = new Platform(["Pending"], "400");
        var error = await Assert.ThrowsAsync<RescaleException>(() => platform.Changes().StopAsync("j", Token));
        Assert.Equal(ErrorIds.RequestRejected, error.ErrorId);
        Assert.Contains("Remove-RescaleJob", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Completed", true)]
    [InlineData("Terminated", true)]
    [InlineData("Pending", true)]
    [InlineData("", true)]
    [InlineData("Executing", false)]
    [InlineData("Waiting for Moon", false)]
    public async Task Only_a_job_that_has_ended_or_never_began_is_removed(string status, bool isRemoved)
    {
        await using var platform = new Platform([status], "204");
        if (isRemoved)
        {
            await platform.Changes().RemoveAsync("j", evenUnfinished: false, Token);
        }
        else
        {
            var error = await Assert.ThrowsAsync<RescaleException>(() => platform.Changes().RemoveAsync("j", evenUnfinished: false, Token));
            Assert.Equal(ErrorIds.JobNotEnded, error.ErrorId);
            Assert.Contains($"'{status}'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(isRemoved, platform.Calls.Any(call => call.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_that_runs_is_removed_on_request()
    {
        await using var platform = new Platform(["Executing"], "204");
        await platform.Changes().RemoveAsync("j", evenUnfinished: true, Token);
        Assert.Contains("DELETE /api/v3/jobs/j/", platform.Calls);
    }

    [Fact]
    public async Task A_removal_whose_answer_was_lost_is_done()
    {
        await using var platform = new Platform(["Completed"], "reset", "404");
        await platform.Changes().RemoveAsync("j", evenUnfinished: false, Token);
        Assert.Equal(2, platform.Calls.Count(call => call.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_new_job_that_is_not_known_everywhere_is_assigned_in_three_tries()
    {
        await using var platform = new Platform([], "404", "404", "200");
        await platform.Projects("acme").AssignNewAsync("j", "p", null, Token);
        Assert.Equal(Enumerable.Repeat("POST /api/v2/organizations/acme/jobs/j/project-assignment/", 3), platform.Calls);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)], platform.Time.Waits.Where(wait => wait >= TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_project_that_is_refused_is_not_tried_again_for_a_new_job_either()
    {
        await using var platform = new Platform([], "400", "200");
        await Assert.ThrowsAsync<RescaleException>(() => platform.Projects("acme").AssignNewAsync("j", "p", null, Token));
        Assert.Single(platform.Calls);
    }

    [Theory]
    [InlineData("400")]
    [InlineData("404")]
    public async Task A_project_that_is_refused_is_an_error_at_once_that_names_it(string answer)
    {
        await using var platform = new Platform([], answer, "200");
        var error = await Assert.ThrowsAsync<RescaleException>(() => platform.Changes("acme").AssignProjectAsync("j", "p1", "other", Token));
        Assert.Contains("'p1'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["POST /api/v2/organizations/other/jobs/j/project-assignment/"], platform.Calls);
        Assert.Empty(platform.Time.Waits);
    }

    [Fact]
    public async Task A_project_without_an_organization_is_not_sent()
    {
        await using var platform = new Platform([], "200");
        var error = await Assert.ThrowsAsync<RescaleException>(() => platform.Changes().AssignProjectAsync("j", "p", " ", Token));
        Assert.Equal(ErrorIds.OrganizationUnknown, error.ErrorId);
        Assert.Empty(platform.Calls);
    }

    /// <summary>Gives these statuses and these answers to changes in turn, and the last of each for ever.</summary>
    private sealed class Platform : IAsyncDisposable
    {
        private readonly ScriptedServer _server;
        private readonly RescaleClient _client;

        public Platform(string[] statuses, params string[] answers)
        {
            int asked = 0, changed = 0;
            _server = new ScriptedServer((request, reply) =>
            {
                if (request.Method == "GET")
                {
                    var status = statuses[Math.Min(asked++, statuses.Length - 1)];
                    var entry = status.Length == 0 ? "" : $$"""{"status":"{{status}}","statusDate":"2026-01-02T03:04:05Z","statusReason":null}""";
                    return reply.JsonAsync(200, $$"""{"count":1,"next":null,"previous":null,"results":[{{entry}}]}""");
                }

                var answer = answers[Math.Min(changed++, answers.Length - 1)];
                return answer == "reset" ? reply.ResetAsync() : reply.JsonAsync(int.Parse(answer, System.Globalization.CultureInfo.InvariantCulture), """{"detail":"no"}""");
            });
            _client = Clients.For(_server, Time);
        }

        public SkippingTime Time { get; } = Clients.NoWaiting();

        public IEnumerable<string> Calls => _server.Requests.Select(request => $"{request.Method} {request.Target.Split('?')[0]}");

        public JobChanges Changes(string? organization = null) => new(_client.Jobs, Projects(organization));

        public JobProjects Projects(string? organization) => new(_client.Jobs, organization, Time);

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _server.DisposeAsync();
        }
    }
}
