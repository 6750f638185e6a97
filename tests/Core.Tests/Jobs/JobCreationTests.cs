using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Whatever becomes of an answer, there is one job, on a real sandbox.</summary>
public sealed class JobCreationTests(JobCreationTests.Own own) : IClassFixture<JobCreationTests.Own>, IAsyncLifetime
{
    private const string Post = """ "target":"api","method":"POST","path":"^/api/v3/jobs/$" """;
    private const string List = """ "target":"api","method":"GET","path":"^/api/v3/jobs/$" """;
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly RescaleSession _session = own.Session;
    private readonly string _name = "Job ü [1] " + Guid.NewGuid().ToString("N");

    public sealed class Own : IAsyncLifetime
    {
        public SandboxFixture Sandbox { get; private set; } = null!;
        public RescaleSession Session { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Sandbox = await SandboxFixture.StartAsync();
            Session = await Sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10), MaxRetries = 3 });
        }

        public async ValueTask DisposeAsync()
        {
            await Session.DisposeAsync();
            await Sandbox.DisposeAsync();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await own.Sandbox.ClearFaultsAsync();

    [Theory]
    [InlineData("loseReply", 1)]
    [InlineData("garbleReply", 1)]
    [InlineData("truncate", 1)]
    [InlineData("resetAfter", 2)]
    [InlineData("resetDuring", 2)]
    [InlineData("status\",\"status\":\"500", 2)]
    [InlineData("status\",\"retryAfterSeconds\":\"1", 2)]
    public async Task After_one_fault_there_is_one_job(string fault, int posts)
    {
        var before = await CountPostsAsync();
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"{{fault}}","times":1}""");
        var job = await CreateAsync();
        Assert.Equal([1], await own.Sandbox.GetFiredFaultsAsync());
        await AssertOnlyAsync(job.Id);
        // What was cut before it was read is not counted.
        Assert.InRange(await CountPostsAsync() - before, 1, posts);
    }

    [Fact]
    public async Task A_platform_that_fails_twice_is_told_of_and_has_no_job()
    {
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"status","status":500}""");
        Assert.Equal((ErrorIds.PlatformFault, 500), Known(await FailsAsync()));
        Assert.Equal([2], await own.Sandbox.GetFiredFaultsAsync());
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Two_answers_that_are_lost_without_a_job_leave_it_uncertain()
    {
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"resetAfter"}""");
        var error = await FailsAsync();
        Assert.Equal((ErrorIds.JobSubmissionUncertain, null), Known(error));
        Assert.Contains("looked for and not found", error.Message, StringComparison.Ordinal);
        Assert.Equal([2], await own.Sandbox.GetFiredFaultsAsync());
    }

    [Fact]
    public async Task A_good_status_without_a_job_is_never_repeated()
    {
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"okWithError"}""");
        Assert.Equal((ErrorIds.JobSubmissionUncertain, null), Known(await FailsAsync()));
        Assert.Equal([1], await own.Sandbox.GetFiredFaultsAsync());
    }

    [Fact]
    public async Task A_platform_that_cannot_be_asked_leaves_it_uncertain_and_the_mark_is_told()
    {
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"loseReply"}""", $$"""{{{List}},"fault":"resetBefore"}""");
        var error = await FailsAsync();
        Assert.Equal((ErrorIds.JobSubmissionUncertain, null), Known(error));
        Assert.Equal(1, (await own.Sandbox.GetFiredFaultsAsync())[0]);
        await own.Sandbox.ClearFaultsAsync();
        var made = await _session.Client.Jobs.GetAsync(Assert.Single(await ListAsync()), Token);
        Assert.Contains($"RESCALE_INTERLINK_MARK={made.Mark}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_that_is_away_for_a_moment_is_waited_for()
    {
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"loseReply"}""", $$"""{{{List}},"fault":"status","times":2}""");
        await AssertOnlyAsync((await CreateAsync()).Id);
        Assert.Equal([1, 2], await own.Sandbox.GetFiredFaultsAsync());
    }

    [Fact]
    public async Task A_refusal_is_no_reason_to_look()
    {
        var before = await own.Sandbox.CountRequestsAsync("GET", "/api/v3/jobs/");
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"status","status":400}""");
        Assert.Equal((ErrorIds.RequestRejected, 400), Known(await FailsAsync()));
        Assert.Equal(before, await own.Sandbox.CountRequestsAsync("GET", "/api/v3/jobs/"));
    }

    [Fact]
    public async Task Jobs_of_one_name_are_told_apart_and_read_once()
    {
        var others = new List<string>();
        for (var i = 0; i < 5; i++)
            others.Add((await CreateAsync()).Id);
        await using var session = await own.Sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10) });
        var before = await own.Sandbox.CountRequestsAsync("GET", "/api/v3/jobs/{id}/");
        await own.Sandbox.SetFaultsAsync($$"""{{{Post}},"fault":"loseReply","times":8}""");
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => session.Jobs.CreateOnlyAsync(Spec(), [], Token)));
        Assert.Equal(13, made.Select(job => job.Id).Concat(others).Distinct().Count());
        Assert.Equal(13, (await ListAsync()).Count);
        // Each look may read what another is reading at the same moment; but not each all others each time.
        Assert.InRange(await own.Sandbox.CountRequestsAsync("GET", "/api/v3/jobs/{id}/") - before, 8, 13 * 8);
    }

    [Fact]
    public async Task The_mark_is_the_modules_own_and_another_for_each_job()
    {
        var marks = new HashSet<string>();
        foreach (var settings in new[] { "", """{"RESCALE_INTERLINK_MARK":"mine"}""", """{"RESCALE_INTERLINK_MARK":"mine","A":"b"}""" })
        {
            var job = await _session.Jobs.CreateOnlyAsync(Spec() with { LicenseSettings = settings }, [], Token);
            Assert.Matches("^[0-9a-f]{32}$", (await _session.Client.Jobs.GetAsync(job.Id, Token)).Mark);
            Assert.Equal(job.Mark, (await _session.Client.Jobs.GetAsync(job.Id, Token)).Mark);
            Assert.True(marks.Add(job.Mark!));
        }
    }

    private JobSpec Spec() => new() { JobName = _name, AnalysisCode = "user_included", Command = "true", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1 };

    private Task<PlatformJob> CreateAsync() => _session.Jobs.CreateOnlyAsync(Spec(), [], Token);

    private Task<RescaleException> FailsAsync() => Assert.ThrowsAsync<RescaleException>(CreateAsync);

    private static (string, int?) Known(RescaleException error) => (error.ErrorId, error.StatusCode);

    private Task<List<string>> ListAsync() => Study.ListJobsAsync(_session, _name);

    private async Task AssertOnlyAsync(string id) => Assert.Equal(id, Assert.Single(await ListAsync()));

    private Task<long> CountPostsAsync() => own.Sandbox.CountRequestsAsync("POST", "/api/v3/jobs/");
}
