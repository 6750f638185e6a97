using System.Globalization;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>
/// How much of the platform's rate limit several processes use together, and whether any call is refused: 2,000 listing calls against
/// a sandbox with its limits on, 20 times as fast so that a run takes a minute.
/// </summary>
internal static class LimitsCase
{
    private const int Calls = 2000;
    private const int Scale = 20;

    // Interop API 2.4: 7,200 calls an hour, of which 85 % are the target, and the burst.
    private const double Target = 7200.0 / 3600 * 0.85 * Scale;
    private const int Burst = 150;
    private const double Bar = 0.95;

    public static async Task RunAsync(Bench bench)
    {
        bench.Report.Section("Rate limits");
        bench.Report.Line($"{Calls} listing calls, {Scale} times as fast as the platform: the target is {Target:F1} calls a second once the burst of {Burst} is spent.");
        bench.Report.Line();
        bench.Report.Line("| processes | calls at once in each | calls a second | of the target | refused (429) | |");
        bench.Report.Line("|---|---|---|---|---|---|");
        foreach (var (processes, atOnce) in new[] { (4, 16), (1, 16), (4, 1) })
        {
            for (var run = 0; run < bench.Options.Runs; run++)
            {
                var (rate, refused) = await MeasureAsync(processes, atOnce);
                var isMet = rate >= Bar * Target && refused == 0;
                bench.Report.Line($"| {processes} | {atOnce} | {rate:F2} | {rate / Target * 100:F1} % | {refused} | {(isMet ? "met" : "**missed**")} |");
            }
        }

        bench.Report.Line();
        bench.Report.Save();
    }

    private static async Task<(double Rate, long Refused)> MeasureAsync(int processes, int atOnce)
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = Scale });
        var children = new List<CallChild>();
        try
        {
            for (var i = 0; i < processes; i++)
                children.Add(await CallChild.StartAsync(new CallSettings(sandbox.Instance.ApiUrl.AbsoluteUri, sandbox.Instance.ApiKey, sandbox.StateHome, Calls / processes, atOnce)));
            foreach (var child in children) await child.BeginAsync();
            var ended = (await Task.WhenAll(children.Select(child => child.EndAsync()))).SelectMany(outcome => outcome.Ended).Order().ToList();
            var (granted, refused) = await sandbox.CountLimitedAsync("user");
            // Each process has made one call to connect.
            if (granted != Calls + processes)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The sandbox has counted {granted} calls instead of {Calls + processes}."));
            return ((ended.Count - 1 - Burst) / (ended[^1] - ended[Burst]) * 1000, refused);
        }
        finally
        {
            foreach (var child in children) await child.DisposeAsync();
        }
    }
}
