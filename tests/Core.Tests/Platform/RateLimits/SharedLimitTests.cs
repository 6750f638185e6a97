using System.Globalization;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

/// <summary>Real processes, a real sandbox with its limits on.</summary>
public class SharedLimitTests
{
    private const int Processes = 4;
    private const int Calls = 2000;
    private const double Scale = 20;

    /// <summary>The rate is printed and not asserted; it is measured by the benchmark <c>limits</c>.</summary>
    [Fact]
    public async Task Four_processes_make_2000_calls_and_none_is_refused()
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = Scale });
        var children = new List<CallChild>();
        try
        {
            for (var i = 0; i < Processes; i++) children.Add(await CallChild.StartAsync(Settings(sandbox, Calls / Processes)));
            foreach (var child in children) await child.BeginAsync();
            var outcomes = await Task.WhenAll(children.Select(child => child.EndAsync()));
            // Each made one call to connect.
            Assert.Equal((Calls + Processes, 0L), await sandbox.CountLimitedAsync("user"));
            Assert.DoesNotContain(outcomes.SelectMany(outcome => outcome.Notices), notice => notice.Contains("refused", StringComparison.Ordinal));
            var limit = RateScopes.LimitOf(RateScope.User, Scale);
            var ended = outcomes.SelectMany(outcome => outcome.Ended).Order().ToList();
            var rate = (ended.Count - 1 - limit.Burst) / (ended[^1] - ended[limit.Burst]) * 1000;
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate:F2} calls a second once the burst was spent: {rate / limit.Rate:P1} of the target {limit.Rate:F1}."));
        }
        finally
        {
            foreach (var child in children) await child.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_holds_nobody_up()
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = Scale });
        await using var killed = await CallChild.StartAsync(Settings(sandbox, Calls));
        await using var other = await CallChild.StartAsync(Settings(sandbox, 250));
        await killed.BeginAsync();
        await other.BeginAsync();
        while ((await sandbox.CountLimitedAsync("user")).Granted < 200) await Task.Delay(20);
        await killed.KillAsync();
        Assert.Equal(250, (await other.EndAsync()).Ended.Length);
        Assert.Equal(0, (await sandbox.CountLimitedAsync("user")).Refused);
    }

    private static CallSettings Settings(SandboxFixture sandbox, int calls) =>
        new(sandbox.Instance.ApiUrl.AbsoluteUri, sandbox.Instance.ApiKey, sandbox.StateHome, calls, AtOnce: 16);
}
