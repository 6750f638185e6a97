using System.Diagnostics;
using System.Globalization;
using RescaleInterlink.Jobs;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>
/// A pipeline of 1,000 jobs of ten small files each, from the first archive to the last submission: once against the platform's limits, scaled up
/// so that it ends in minutes, beside the time that the plan foretells from the limits alone; and once without limits, where the machine decides.
/// The jobs themselves wait: what is measured is the pipeline, not what they run.
/// </summary>
internal static class PipelineCase
{
    private const int Jobs = 1000;
    private const int FilesPerJob = 10;
    private const int BytesPerFile = 2000;
    private const double Scale = 50;

    /// <summary>Most of the foretold time that a run may take.</summary>
    private const double LimitedBar = 1.1;

    /// <summary>Least jobs per second without limits.</summary>
    private const double FreeBar = 20;

    public static async Task RunAsync(Bench bench)
    {
        bench.Report.Section("A pipeline of 1,000 jobs");
        bench.Report.Line($"{Jobs} jobs of {FilesPerJob} files of {BytesPerFile} bytes, each archived, uploaded, created and submitted; sandbox in a process of its own.");
        bench.Report.Line();
        bench.Report.Line("| limits | foretold | measured | of the foretold | jobs/s | refused (429) | jobs on the platform | |");
        bench.Report.Line("|---|---|---|---|---|---|---|---|");
        using var tree = new TemporaryFolder();
        var rows = MakeRows(tree.Path);
        foreach (var scale in new double?[] { Scale, null })
        {
            for (var run = 0; run < bench.Options.Runs; run++)
                bench.Report.Line(await MeasureAsync(rows, scale));
        }

        bench.Report.Line();
        bench.Report.Save();
    }

    private static List<JobRow> MakeRows(string tree)
    {
        var content = new byte[BytesPerFile];
        return [.. Enumerable.Range(1, Jobs).Select(number =>
        {
            var folder = Directory.CreateDirectory(Path.Combine(tree, $"Run_{number}")).FullName;
            for (var file = 0; file < FilesPerJob; file++)
                File.WriteAllBytes(Path.Combine(folder, $"in_{file}.dat"), content);
            return new JobRow(number, new JobSpec
            {
                Directory = folder, JobName = $"bench_{number}", AnalysisCode = "user_included", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1, Command = "true",
            });
        })];
    }

    private static async Task<string> MeasureAsync(List<JobRow> rows, double? scale)
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = scale, MaxRunningJobs = 1 });
        await using var session = await sandbox.ConnectAsync();
        var forecast = await new PipelinePlanner(session.Jobs, await session.Client.GetRateLimitsAsync()).PlanAsync(rows, [], collects: false, default);
        using var state = new TemporaryFolder();
        var watch = Stopwatch.StartNew();
        var succeeded = 0;
        await foreach (var result in session.CreatePipeline().RunAsync(rows, new PipelineOptions { StatePath = Path.Combine(state.Path, "bench.state.csv") }, default))
            succeeded += result.Error is null ? 1 : throw result.Error;
        var seconds = watch.Elapsed.TotalSeconds;
        var refused = scale is null ? 0 : (await sandbox.CountLimitedAsync("user")).Refused + (await sandbox.CountLimitedAsync("job-submission")).Refused;
        var onPlatform = 0;
        await foreach (var _ in session.Client.Jobs.ListAsync(default))
            onPlatform++;
        var foretold = forecast.Shortest.TotalSeconds;
        var isMet = onPlatform == Jobs && succeeded == Jobs && (scale is null ? Jobs / seconds >= FreeBar : seconds <= LimitedBar * foretold);
        return string.Create(CultureInfo.InvariantCulture,
            $"| {(scale is null ? "none" : $"x {scale}")} | {(scale is null ? "" : $"{foretold:F1} s")} | {seconds:F1} s | {(scale is null ? "" : $"{100 * seconds / foretold:F1} %")} | {Jobs / seconds:F1} | {refused} | {onPlatform} | {(isMet ? "met" : "**missed**")} |");
    }
}
