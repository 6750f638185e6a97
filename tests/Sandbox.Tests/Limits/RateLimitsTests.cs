using System.Globalization;
using RescaleInterlink.Sandbox.Limits;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Limits;

public sealed class RateLimitsTests
{
    public static TheoryData<string, string, int, double> Scopes => new()
    {
        { "GET", "/api/v3/users/me/", 150, 2.0 },
        { "POST", "/api/v2/organizations/sandbox/jobs/x/project-assignment/", 150, 2.0 },
        { "POST", "/api/v2/jobs/x/submit/", 50, 1000.0 / 3600 },
        { "GET", "/api/v2/jobs/x/files/", 300, 25.0 },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_burst_passes_and_then_the_rate(string method, string path, int burst, double perSecond)
    {
        var time = new ManualTime();
        var limits = new RateLimits(scale: 1, time);
        for (int i = 0; i < burst; i++)
            Assert.Null(limits.Take(method, path));
        var wait = Assert.NotNull(limits.Take(method, path));
        Assert.Equal(1 / perSecond, wait.TotalSeconds, 6);

        time.Advance(wait + TimeSpan.FromTicks(1));
        Assert.Null(limits.Take(method, path));
        Assert.NotNull(limits.Take(method, path));

        // An hour fills it, and never beyond the burst.
        time.Advance(TimeSpan.FromHours(1));
        for (int i = 0; i < burst; i++)
            Assert.Null(limits.Take(method, path));
        Assert.NotNull(limits.Take(method, path));
    }

    [Fact]
    public void Every_request_is_counted_in_the_scope_of_the_shared_vectors()
    {
        var section = Vectors.Section("rateScopes");
        foreach (var scope in new[] { RateScope.User, RateScope.JobSubmission, RateScope.JobsUsage })
        {
            var expected = section.GetProperty("scopes").GetProperty(scope.Name);
            Assert.Equal(expected.GetProperty("hardPerHour").GetDouble(), scope.PerHour);
            Assert.Equal(expected.GetProperty("burst").GetDouble(), scope.Burst);
        }

        foreach (var vector in section.GetProperty("vectors").EnumerateArray())
            Assert.Equal(vector.Text("scope"), RateScope.Of(vector.Text("method"), vector.Text("path")).Name);
    }

    [Fact]
    public void The_scale_multiplies_rates_and_leaves_bursts()
    {
        var limits = new RateLimits(scale: 20, new ManualTime());
        for (int i = 0; i < 150; i++)
            Assert.Null(limits.Take("GET", "/api/v3/files/"));
        Assert.Equal(1 / 40.0, limits.Take("GET", "/api/v3/files/")!.Value.TotalSeconds, 6);
        Assert.Null(limits.Take("GET", "/api/v2/jobs/x/files/"));
    }

    [Fact]
    public async Task A_throttled_request_gets_429_with_the_time_to_wait()
    {
        // So slow that nothing flows in while the test runs.
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { RateLimitScale = 0.0001 });
        for (int i = 0; i < 150; i++)
            (await sandbox.Api.GetAsync("/api/v3/users/me/")).Expect(200);
        var refused = (await sandbox.Api.GetAsync("/api/v3/users/me/")).Expect(429);
        string after = refused.Message.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        Assert.Equal($"Request was throttled. Expected available in {after} seconds.", refused.Text("detail"));

        // Another scope, and the sandbox's own endpoints, still answer.
        (await sandbox.Api.GetAsync("/api/v2/jobs/none/files/")).Expect(404);
        (await sandbox.Api.GetAsync("/sandbox/")).Expect(200);

        // It tells what it has counted.
        var counts = (await sandbox.Api.GetAsync("/sandbox/limits/")).Expect(200);
        Assert.Equal((150, 1), ((int)counts["user"]["granted"]!, (int)counts["user"]["refused"]!));
        Assert.Equal(1, (int)counts["jobs-usage"]["granted"]!);
    }

    [Fact]
    public async Task Limits_are_off_unless_asked_for()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        for (int i = 0; i < 200; i++)
            (await sandbox.Api.GetAsync("/api/v3/users/me/folders/")).Expect(200);
    }
}
