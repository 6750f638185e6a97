using RescaleInterlink.Archiving;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines.Planning;

public sealed class PipelinePlannerTests : IDisposable
{
    private static readonly JobSpec Good = new()
    {
        AnalysisCode = "user_included", Command = "./run.sh", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1,
    };

    private readonly TemporaryFolder _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task An_archive_is_as_large_as_was_foretold()
    {
        var run = Make("Run_1", ("a.txt", 1), ("deep/b.bin", 100_000), ("empty", 0));
        Directory.CreateSymbolicLink(Path.Combine(run, "link"), "a.txt");
        var forecast = await PlanAsync(Good with { JobName = "x", Directory = run });
        var row = Assert.Single(forecast.Rows);
        Assert.Equal((3, 100_001L, true), (row.Files, row.Bytes, row.Submits));
        var archive = await FolderArchive.CreateAsync(run, default);
        Assert.Equal((archive.Name, archive.Source.Length), (row.ArchiveName, row.ArchiveBytes));
        Assert.True(forecast.IsValid);
        Assert.Empty(forecast.Findings);
    }

    [Fact]
    public async Task Every_fault_of_every_row_is_told_with_its_place()
    {
        var run = Make("Run_1", ("a", 1));
        var forecast = await PlanAsync(
            Good with { JobName = "good", Directory = run },
            Good with { JobName = "lost", Directory = Path.Combine(_tree.Path, "none") },
            Good with { JobName = "out", Directory = run, TarSubpath = "../x" },
            Good with { JobName = "", CoreType = "", Directory = run },
            Good with { JobName = "bare" },
            Good with { JobName = "good", Directory = Make("Run_2") });
        Assert.False(forecast.IsValid);
        var told = forecast.Findings.Select(static finding => (finding.Severity, finding.Row, finding.Column)).ToList();
        Assert.Equal(
            [
                (FindingSeverity.Error, 2, "Directory"), (FindingSeverity.Error, 3, "TarSubpath"), (FindingSeverity.Error, 4, "CoreType"), (FindingSeverity.Error, 4, "JobName"),
                (FindingSeverity.Error, 5, "Directory"), (FindingSeverity.Warning, 6, "Directory"), (FindingSeverity.Warning, 6, "JobName"),
            ],
            told.OrderBy(static one => one.Row).ThenBy(static one => one.Column, StringComparer.Ordinal));
    }

    [Fact]
    public void The_calls_are_counted_by_scope_and_the_slowest_scope_decides()
    {
        // 2 tags and a project: 1 + 2 + 1 calls; no directory, no upload.
        var rows = Enumerable.Range(1, 1000).Select(static i => new JobRow(i, Good with { JobName = $"j{i}", Tags = ["a", "b"], ProjectId = "p" })).ToList();
        var calls = CallForecast.Of(PipelineOutlook.OfNewRun(rows).Open, CallForecast.DocumentedLimits, collects: true);
        Assert.Equal([(RateScope.User, 4000L), (RateScope.JobSubmission, 1000L), (RateScope.JobsUsage, 1000L)], calls.Select(static one => (one.Scope, one.Calls)));
        // interop API 2.4: 150 at once, then 1.7 a second; 50 at once, then 0.236.
        Assert.Equal((4000 - 150) / 1.7, calls[0].Shortest.TotalSeconds, 3);
        Assert.Equal((1000 - 50) / (1000.0 / 3600 * 0.85), calls[1].Shortest.TotalSeconds, 3);
        Assert.Equal((1000 - 300) / 21.25, calls[2].Shortest.TotalSeconds, 3);
        var forecast = new PipelineForecast { Rows = [], Findings = [], Calls = calls };
        Assert.Equal(calls[1].Shortest, forecast.Shortest);
    }

    [Fact]
    public void Uploads_versions_and_jobs_that_are_not_started_change_the_count()
    {
        List<JobRow> rows = [new(1, Good with { Directory = "/x", AnalysisVersion = "1" }), new(2, Good with { Directory = "/y", SubmitMode = SubmitMode.CreateOnly })];
        // Two creations, two registrations, storage credentials, the catalogue; one submission.
        Assert.Equal([6, 1, 0], CallForecast.Of(PipelineOutlook.OfNewRun(rows).Open, [], collects: false).Select(static one => one.Calls));
        Assert.All(CallForecast.Of(PipelineOutlook.OfNewRun(rows).Open, [], collects: false), static one => Assert.Equal(TimeSpan.Zero, one.Shortest));
    }

    [Fact]
    public async Task Rows_that_cannot_be_run_make_no_calls()
    {
        var folder = Make("run", ("in.txt", 1));
        var forecast = await PlanAsync(Good with { JobName = "a", Directory = folder }, Good with { JobName = "", Directory = folder }, Good with { JobName = "b", Directory = folder + "-none" });
        Assert.False(forecast.IsValid);
        // One registration, one creation, the storage credentials; one submission.
        Assert.Equal([3, 1, 0], forecast.Calls.Select(static one => one.Calls));
        Assert.Equal([true, false, false], forecast.Rows.Select(static row => row.Submits));
    }

    [Fact]
    public async Task A_limit_that_takes_minutes_is_told()
    {
        var rows = Enumerable.Range(1, 200).Select(static i => Good with { JobName = $"j{i}", ExtraInputFileIds = ["f"] }).ToArray();
        var forecast = await PlanAsync(rows);
        Assert.Equal(FindingSeverity.Information, Assert.Single(forecast.Findings).Severity);
        Assert.Contains("200 calls of the scope 'job-submission' take 0.00:10:35", forecast.Findings[0].Message, StringComparison.Ordinal);
        Assert.True(forecast.IsValid);
    }

    [Fact]
    public async Task Names_are_compared_with_the_catalogue_of_a_platform_and_its_limits_with_what_is_left()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var planner = new PipelinePlanner(session.Jobs, await session.Client.GetRateLimitsAsync());
        JobRow[] rows = [new(1, Good with { JobName = "a", CoreType = "emerlad", ExtraInputFileIds = ["f"] }), new(2, Good with { JobName = "b", AnalysisVersion = "77", ExtraInputFileIds = ["f"] })];
        var forecast = await planner.PlanAsync(rows, [new TableFault(4, "Slots", "'x' is not a whole number")], collects: false, default);
        Assert.Equal([(FindingSeverity.Error, (long?)null), (FindingSeverity.Error, 1), (FindingSeverity.Warning, 2)], forecast.Findings.Select(static finding => (finding.Severity, finding.Row)));
        Assert.Contains("did you mean emerald?", forecast.Findings[1].Message, StringComparison.Ordinal);
        Assert.Equal("row 4, column 'Slots': 'x' is not a whole number", forecast.Findings[0].Message);
        // This sandbox has no limits.
        Assert.Equal(TimeSpan.Zero, forecast.Shortest);
    }

    private static Task<PipelineForecast> PlanAsync(params JobSpec[] specs)
        => new PipelinePlanner(null, null).PlanAsync([.. specs.Select(static (spec, i) => new JobRow(i + 1, spec))], [], collects: false, default);

    private string Make(string name, params (string Path, int Length)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_tree.Path, name)).FullName;
        foreach (var (path, length) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, new byte[length]);
        }

        return folder;
    }
}
