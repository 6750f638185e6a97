using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Jobs on a real sandbox, without a pipeline.</summary>
public sealed class JobServiceTests(OwnSandbox shared) : IClassFixture<OwnSandbox>
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly RescaleSession _session = shared.Session;

    [Fact]
    public async Task A_job_is_created_with_its_version_settings_and_environment()
    {
        var id = await RunAsync(new JobSpec
        {
            AnalysisCode = "python", AnalysisVersion = "3.12", Command = "echo \"$LM_LICENSE_FILE\"", LicenseSettings = """{"LM_LICENSE_FILE":27000}""",
        });
        Assert.True((await WaitAsync(id)).Succeeded);
        using var folder = new TemporaryFolder();
        var log = Assert.Single(await DownloadAsync(id, folder.Path));
        Assert.Equal("27000\n", File.ReadAllText(log.Path!));
    }

    [Fact]
    public async Task An_invalid_job_is_refused_before_it_is_sent()
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => _session.Jobs.CreateAsync(new JobSpec { JobName = "x" }, [], Token));
        Assert.Equal(ErrorIds.JobSpecInvalid, error.ErrorId);
    }

    [Fact]
    public async Task Many_outputs_cost_one_listing_and_no_call_for_a_single_file()
    {
        const int files = 60;
        var id = await RunAsync(new JobSpec { Command = $"mkdir -p d/e; i=0; while [ $i -lt {files - 1} ]; do i=$((i+1)); echo $i > d/e/$i.txt; done" });
        Assert.True((await WaitAsync(id)).Succeeded);
        using var folder = new TemporaryFolder();
        var before = await shared.Sandbox.GetCountersAsync();
        var results = await DownloadAsync(id, folder.Path);
        var after = await shared.Sandbox.GetCountersAsync();

        Assert.Equal(files, results.Count);
        Assert.All(results, result => Assert.True(result.Error is null, result.Error?.Message));
        Assert.All(results, result => Assert.Equal(Integrity.Verified, result.Download!.Integrity));
        Assert.Equal("7\n", File.ReadAllText(Path.Combine(folder.Path, "d", "e", "7.txt")));
        // The pages of the listing, and at most credentials, profile and their like: nothing that grows with the files.
        Assert.InRange(ApiCalls(after) - ApiCalls(before), 1, (files / 25) + 5);

        // A second time without permission to replace: one error for each file, and nothing is touched.
        var again = await DownloadAsync(id, folder.Path);
        Assert.All(again, result => Assert.Equal(ErrorIds.DestinationExists, result.Error!.ErrorId));
    }

    [Fact]
    public async Task Jobs_are_yielded_as_they_end()
    {
        var slow = await RunAsync(new JobSpec { Command = "sleep 3" });
        var quick = await RunAsync(new JobSpec { Command = "true" });
        var failed = await RunAsync(new JobSpec { Command = "exit 4" });
        var endings = new List<JobEnding>();
        await foreach (var ending in _session.Jobs.WaitAsync([slow, quick, failed, quick], TimeSpan.FromMilliseconds(100), Study.Patience, null, Token))
            endings.Add(ending);
        Assert.Equal(3, endings.Count);
        Assert.Equal(slow, endings[^1].JobId);
        Assert.Equal("A run failed: exit code 4", Assert.Single(endings, ending => ending.JobId == failed).Reason);
    }

    [Fact]
    public async Task A_job_that_is_deleted_or_unknown_ends_the_wait_for_it()
    {
        var endings = new List<JobEnding>();
        await foreach (var ending in _session.Jobs.WaitAsync(["nobody"], TimeSpan.FromMilliseconds(100), null, null, Token))
            endings.Add(ending);
        Assert.Equal(ErrorIds.JobNotFound, Assert.Single(endings).Error!.ErrorId);
        await Assert.ThrowsAsync<RescaleException>(() => _session.Jobs.SubmitAsync("nobody", Token));
    }

    [Fact]
    public async Task A_wait_that_is_left_early_leaves_nothing_running()
    {
        var slow = await RunAsync(new JobSpec { Command = "sleep 600" });
        var quick = await RunAsync(new JobSpec { Command = "true" });
        await foreach (var ending in _session.Jobs.WaitAsync([slow, quick], TimeSpan.FromMilliseconds(50), null, null, Token))
        {
            Assert.Equal(quick, ending.JobId);
            break;
        }

        await _session.Client.Jobs.StopAsync(slow, Token);
        Assert.Equal("Stopped", (await WaitAsync(slow)).Status);
    }

    private static int ApiCalls(System.Text.Json.JsonElement counters)
        => counters.GetProperty("api").GetProperty("requests").EnumerateObject().Where(entry => entry.Name.Contains("/api/", StringComparison.Ordinal)).Sum(entry => entry.Value.GetInt32());

    private async Task<string> RunAsync(JobSpec spec)
    {
        spec = spec with { JobName = "Job", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1, AnalysisCode = spec.AnalysisCode.Length > 0 ? spec.AnalysisCode : "user_included" };
        var job = await _session.Jobs.CreateAsync(spec, [], Token);
        await _session.Jobs.SubmitAsync(job.Id, Token);
        return job.Id;
    }

    private async Task<JobEnding> WaitAsync(string id)
    {
        await foreach (var ending in _session.Jobs.WaitAsync([id], TimeSpan.FromMilliseconds(100), Study.Patience, null, Token))
            return ending;
        throw new InvalidOperationException("The wait yielded nothing.");
    }

    private async Task<List<JobOutputResult>> DownloadAsync(string id, string destination)
    {
        await using var engine = _session.CreateEngine(new TransferOptions());
        var results = new List<JobOutputResult>();
        await foreach (var result in _session.Jobs.DownloadOutputsAsync(engine, id, destination, overwrite: false, Token))
            results.Add(result);
        return results;
    }
}
