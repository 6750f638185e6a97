using System.Globalization;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>Whole processes, ended by kill -9 at every call of the API that changes something, and at random moments: the next run of the
/// same state makes each job once, with its tags, and starts it.</summary>
public sealed class PipelineKillTests(OwnSandbox shared, ITestOutputHelper output) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RescaleSession _session = shared.Session;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("BeforeCall")]
    [InlineData("AfterCall")]
    public async Task A_run_that_is_killed_at_any_call_is_finished_by_the_next(string when)
    {
        for (var call = 1; ; call++)
        {
            var settings = Settings($"{when} {call}", rows: 2, collect: false);
            await using (var killed = await PipelineChild.StartAsync(settings with { KillAt = $"{when}:{call}" }))
            {
                var code = await killed.ExitAsync();
                Assert.True(code != 1, killed.Said);
                if (code == 0)
                {
                    // Two files, two jobs, two tags, two submissions, and the keys to the storage.
                    Assert.InRange(call, 9, 12);
                    return;
                }
            }

            await FinishAsync(settings, $"{when} {call}");
        }
    }

    /// <summary>RESCALE_KILL_ROUNDS and RESCALE_KILL_JOBS make it as long as one likes; RESCALE_KILL_SEED repeats one.</summary>
    [Fact]
    public async Task A_run_that_is_killed_again_and_again_ends_with_each_job_once()
    {
        var seed = Number("RESCALE_KILL_SEED") ?? Random.Shared.Next();
        var rounds = Number("RESCALE_KILL_ROUNDS") ?? 8;
        var jobs = Number("RESCALE_KILL_JOBS") ?? 4;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var settings = Settings($"random {seed}", rows: jobs, collect: true);
        for (var kill = 0; kill < rounds; kill++)
        {
            await using var child = await PipelineChild.StartAsync(settings);
            await Task.Delay(random.Next(600 + 10 * (jobs - 4)));
            Assert.True(await child.KillAsync() != 1, $"Seed {seed}: {child.Said}");
        }

        await FinishAsync(settings, $"seed {seed}");
        Assert.All(settings.Rows, row => Assert.Equal("ran\n", File.ReadAllText(Path.Combine(settings.Destination!, row.JobName, "output.txt"))));
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private PipelineSettings Settings(string name, int rows, bool collect)
    {
        var place = Directory.CreateDirectory(_folder.File(name)).FullName;
        return new PipelineSettings(
            shared.Sandbox.Instance.ApiUrl.AbsoluteUri, shared.Sandbox.Instance.ApiKey, Path.Combine(place, "state"), Path.Combine(place, "run.csv"), collect ? Path.Combine(place, "results") : null,
            [.. Enumerable.Range(1, rows).Select(i =>
            {
                var inputs = Directory.CreateDirectory(Path.Combine(place, $"in {i}")).FullName;
                File.WriteAllText(Path.Combine(inputs, "input.txt"), name);
                return new PipelineRow($"{name} {i}", inputs, "echo ran >> output.txt", ["tag"]);
            })]);
    }

    private async Task FinishAsync(PipelineSettings settings, string where)
    {
        await using (var child = await PipelineChild.StartAsync(settings))
            Assert.True(await child.ExitAsync() == 0, $"{where}: {child.Said}");
        foreach (var row in settings.Rows)
        {
            var id = Assert.Single(await Study.ListJobsAsync(_session, row.JobName));
            Assert.Equal(["tag"], (await _session.Client.Jobs.GetTagsAsync(id, default)).Select(tag => tag.Name));
            Assert.Contains(await _session.Client.Jobs.GetStatusesAsync(id, default), entry => entry.Status != "Pending");
        }
    }
}
