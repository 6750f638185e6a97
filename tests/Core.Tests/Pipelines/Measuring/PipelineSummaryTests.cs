using System.Text.Json;
using RescaleInterlink.Archiving;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Pipelines.Measuring;

/// <summary>Real runs, each held to one thing, and what their summaries say of it.</summary>
public sealed class PipelineSummaryTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly Study _study = new();
    private readonly RescaleSession _session = shared.Session;

    private PipelineOptions Submitting => _study.Options with { Destination = null };

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task The_numbers_are_those_of_the_run_and_of_the_sandbox()
    {
        _study.Add("Summed 1", "cat */input.txt > output.txt", folderName: "shared", content: new string('x', 5000));
        _study.Add("Summed 2", "true", folderName: "shared", content: new string('x', 5000));
        _study.Add("Summed 3", "exit 1");
        var before = await CountApiRequestsAsync();
        var pipeline = _session.CreatePipeline();
        Assert.Null(pipeline.Summary);
        var (summary, results) = await RunAsync(_session, _study.Options, pipeline);
        Assert.Equal((3, 2, 1, 0, 0), (summary.Jobs, summary.Succeeded, summary.Failed, summary.NotEnded, summary.EndedBefore));
        // One tar of the shared folder and one of the other: a header and the contents for each entry, in whole records.
        Assert.Equal(2, summary.Archives);
        Assert.Equal(summary.BytesUploaded, summary.BytesArchived);
        Assert.InRange(summary.BytesShared, 5000, summary.BytesArchived - 1);
        Assert.Equal(results.Sum(static result => result.Files.Sum(static file => file.Length)), summary.BytesDownloaded);
        Assert.Equal(await CountApiRequestsAsync() - before, summary.ApiCalls.Sum(static calls => calls.Calls));
        Assert.Equal(RateScopes.All, summary.ApiCalls.Select(static calls => calls.Scope));
        Assert.Equal(3, summary.ApiCalls.Single(static calls => calls.Scope == RateScope.JobSubmission).Calls);
        Assert.Equal(summary.LimitedBy, summary.Times[0].Limit);
        Assert.Equal(1, summary.Times.Sum(static time => time.Share), 6);
        Assert.True(summary.Duration > TimeSpan.Zero && summary.JobsPerSecond > 0 && summary.BytesPerSecond > 0);

        var (again, _) = await RunAsync(_session, _study.Options);
        Assert.Equal((3, 3, 0, 0L, 0d), (again.Jobs, again.EndedBefore, again.Archives, again.BytesUploaded, again.JobsPerSecond));
    }

    [Fact]
    public async Task Jobs_that_run_long_have_bound_the_run()
    {
        _study.Add("Long", "sleep 12");
        await AssertLimitedByAsync(PipelineLimit.PlatformJobs, _session, _study.Options);
    }

    [Fact]
    public async Task A_slow_network_has_bound_the_run()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await using var session = await sandbox.ConnectAsync();
        await sandbox.SetFaultsAsync("""{"target":"s3","fault":"latency","milliseconds":9000,"operation":"PutObject"}""");
        _study.Add("Far away 1", "true");
        _study.Add("Far away 2", "true");
        await AssertLimitedByAsync(PipelineLimit.Network, session, Submitting);
    }

    [Fact]
    public async Task A_bandwidth_limit_has_bound_the_run()
    {
        _study.Add("Narrow", "true", content: new string('x', 2 << 20));
        await AssertLimitedByAsync(PipelineLimit.Bandwidth, _session, Submitting with { Transfer = new TransferOptions(MaxBytesPerSecond: 150 << 10) });
    }

    [Fact]
    public async Task Compression_has_bound_the_run()
    {
        _study.Add("Compressed", "true");
        await using (var file = new StreamWriter(Path.Combine(_study.InputFolder("Compressed"), "numbers.txt")))
            for (var number = 0; number < 18_000_000; number++)
                await file.WriteLineAsync(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var summary = await AssertLimitedByAsync(PipelineLimit.Compression, _session, Submitting with { Archive = ArchiveOptions.Everything with { Compression = TarCompression.Gzip } });
        Assert.InRange(summary.BytesUploaded, 1, summary.BytesArchived / 2);
    }

    [Fact]
    public async Task The_rate_limit_has_bound_the_run()
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = 1 });
        await using var session = await sandbox.ConnectAsync();
        // What others have used of it: from now on calls are made at 1.7 a second.
        await Task.WhenAll(Enumerable.Range(0, 149).Select(_ => session.Client.Users.GetCurrentAsync(TestContext.Current.CancellationToken)));
        for (var row = 1; row <= 6; row++)
            _study.Add($"Limited {row}", "true");
        var summary = await AssertLimitedByAsync(PipelineLimit.ApiRate, session, Submitting);
        var user = summary.ApiCalls.Single(static calls => calls.Scope == RateScope.User);
        Assert.True(user.Waited > TimeSpan.Zero);
        Assert.Equal(summary.ApiCalls.Aggregate(TimeSpan.Zero, static (sum, calls) => sum + calls.Waited), summary.Times[0].Waited);
    }

    [Fact]
    public async Task A_run_that_is_stopped_has_a_summary_in_its_log()
    {
        _study.Add("Goes on", "sleep 600");
        _study.Add("Ends", "true");
        var log = _study.StatePath + ".jsonl";
        using var stop = new CancellationTokenSource(Study.Patience);
        var pipeline = _session.CreatePipeline();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in pipeline.RunAsync(_study.Rows, _study.Options with { LogPath = log }, stop.Token))
                await stop.CancelAsync();
        });
        Assert.Equal((2, 1, 1), (pipeline.Summary!.Jobs, pipeline.Summary.Succeeded, pipeline.Summary.NotEnded));
        var line = ReadLastLine(log);
        Assert.Equal("runStopped", line.GetProperty("event").GetString());
        Assert.Equal(pipeline.Summary.LimitedBy.ToString(), line.GetProperty("summary").GetProperty("limitedBy").GetString());
        foreach (var id in await Study.ListJobsAsync(_session, "Goes on"))
            await _session.Client.Jobs.StopAsync(id, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_log_ends_with_the_summary()
    {
        _study.Add("Summed and logged", "true");
        var log = _study.StatePath + ".jsonl";
        var (summary, _) = await RunAsync(_session, _study.Options with { LogPath = log });
        var line = ReadLastLine(log).GetProperty("summary");
        Assert.Equal((summary.LimitedBy.ToString(), 1, summary.BytesArchived), (line.GetProperty("limitedBy").GetString(), line.GetProperty("archives").GetInt32(), line.GetProperty("bytesArchived").GetInt64()));
        Assert.Equal(summary.ApiCalls.Select(static calls => (calls.Name, calls.Calls)), line.GetProperty("apiCalls").EnumerateObject().Select(static each => (each.Name, each.Value.GetInt64())));
        Assert.Equal(summary.Duration.TotalSeconds, line.GetProperty("time").EnumerateObject().Sum(static each => each.Value.GetDouble()), 0.01);
    }

    private async Task<PipelineSummary> AssertLimitedByAsync(PipelineLimit limit, RescaleSession session, PipelineOptions options)
    {
        var (summary, results) = await RunAsync(session, options);
        Assert.All(results, static result => Assert.Null(result.Error));
        Assert.True(limit == summary.LimitedBy, $"It was {string.Join(", ", summary.Times)}.");
        return summary;
    }

    private async Task<(PipelineSummary Summary, List<PipelineJobResult> Results)> RunAsync(RescaleSession session, PipelineOptions options, PipelineRunner? pipeline = null)
    {
        pipeline ??= session.CreatePipeline();
        var results = new List<PipelineJobResult>();
        using var patience = new CancellationTokenSource(Study.Patience);
        await foreach (var result in pipeline.RunAsync(_study.Rows, options, patience.Token))
            results.Add(result);
        return (pipeline.Summary!, results);
    }

    private async Task<long> CountApiRequestsAsync()
        => (await shared.Sandbox.GetCountersAsync()).GetProperty("api").GetProperty("requests").EnumerateObject()
            .Where(static each => each.Name.Contains(" /api/", StringComparison.Ordinal)).Sum(static each => each.Value.GetInt64());

    private static JsonElement ReadLastLine(string path) => JsonDocument.Parse(File.ReadLines(path).Last()).RootElement;
}
