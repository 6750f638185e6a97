using RescaleInterlink.Core.Tests.Transfers;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>What happens around a run: stops at each stage, folders that vanish, a key that ends, a disk that is full.</summary>
public sealed class PipelineHardshipTests : IAsyncLifetime
{
    private const int Jobs = 4;
    private static readonly ApiPolicy Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(500), MaxRetries = 60 };
    private readonly Study _study = new();
    private SandboxFixture _sandbox = null!;
    private RescaleSession _session = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxFixture.StartAsync();
        _session = await _sandbox.ConnectAsync(Quick);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _sandbox.DisposeAsync();
        _study.Dispose();
    }

    [Theory]
    [InlineData(PipelineStage.Upload, """{"target":"s3","operation":"PutObject","fault":"stall"}""")]
    [InlineData(PipelineStage.Upload, """{"target":"api","method":"POST","path":"/api/v3/files/$","fault":"stall"}""")]
    [InlineData(PipelineStage.Create, """{"target":"api","method":"POST","path":"/api/v3/jobs/$","fault":"stall"}""")]
    [InlineData(PipelineStage.Create, """{"target":"api","method":"POST","path":"/tags/","fault":"stall"}""")]
    [InlineData(PipelineStage.Submit, """{"target":"api","method":"POST","path":"/submit/","fault":"stall"}""")]
    [InlineData(PipelineStage.Download, """{"target":"s3","operation":"GetObject","path":"output","fault":"stall"}""")]
    public async Task A_stop_at_any_stage_is_gone_on_from(PipelineStage stage, string fault)
    {
        for (var i = 1; i <= Jobs; i++)
        {
            _study.Add($"Run_{i}", $"echo {i} >> output.txt");
            _study.Rows[^1] = _study.Rows[^1] with { Spec = _study.Rows[^1].Spec with { Tags = ["tag"] } };
        }

        await _sandbox.SetFaultsAsync(fault);
        await StopAtAsync(stage);
        await _sandbox.ClearFaultsAsync();
        var results = await _study.RunAsync(_session, _study.Options with { ExistingState = ExistingState.Require });
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(results.Select(static result => result.JobId!).Order(), (await Study.ListJobsAsync(_session)).Order());
        Assert.All(results, static result => Assert.Equal($"{result.Index}\n", File.ReadAllText(Path.Combine(result.Destination!, "output.txt"))));
    }

    [Fact]
    public async Task Folders_that_vanish_in_the_middle_are_an_error_of_their_row()
    {
        await _sandbox.SetFaultsAsync("""{"target":"s3","operation":"PutObject","path":"First","fault":"status","status":503}""");
        _study.Add("First", "true");
        for (var i = 2; i <= 20; i++)
            _study.Add($"Run_{i}", "true");
        var pipeline = _session.CreatePipeline();
        var results = new List<PipelineJobResult>();
        using var patience = new CancellationTokenSource(Study.Patience);
        var run = Task.Run(async () =>
        {
            await foreach (var result in pipeline.RunAsync(_study.Rows, _study.Options with { ArchiveWorkers = 1, UploadWorkers = 1 }, patience.Token))
                results.Add(result);
        });
        // The first upload is repeated until the plan is cleared, so that neither row has begun to travel.
        while (pipeline.GetProgress().JobsByStage[PipelineStage.Upload] < 1)
            await Task.Delay(20, patience.Token);
        Directory.Delete(_study.InputFolder("Run_2"), recursive: true);
        Directory.Delete(_study.InputFolder("Run_20"), recursive: true);
        await _sandbox.ClearFaultsAsync();
        await run;
        var failed = results.Where(static result => result.Error is not null).OrderBy(static result => result.Index).ToList();
        Assert.Equal([2, 20], failed.Select(static result => result.Index));
        Assert.All(failed, result => Assert.Contains(_study.InputFolder(result.JobName), result.Error!.Message, StringComparison.Ordinal));
        Assert.Equal(18, (await Study.ListJobsAsync(_session)).Count);
    }

    [Fact]
    public async Task A_key_that_ends_is_an_error_of_each_row_and_nothing_is_uploaded_twice()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/api/v3/jobs/$","fault":"status","status":401}""");
        _study.Add("One", "echo 1 > output.txt");
        _study.Add("Two", "echo 2 > output.txt");
        var refused = await _study.RunAsync(_session);
        Assert.All(refused, static result => Assert.Equal((ErrorIds.ApiKeyRejected, PipelineStage.Create), (result.Error!.ErrorId, result.Stage)));
        await _sandbox.ClearFaultsAsync();
        var results = await _study.RunAsync(_session, _study.Options with { Retry = PipelineRetry.Failed });
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(refused.Select(static result => result.FileId), results.Select(static result => result.FileId));
        Assert.Equal(2, (await Study.ListJobsAsync(_session)).Count);
    }

    [Fact]
    public async Task A_full_disk_under_the_state_stops_the_run_and_the_next_one_goes_on()
    {
        using var disk = SmallDisk.TryMount(out var reason);
        Assert.SkipWhen(disk is null, reason);
        for (var i = 1; i <= Jobs; i++)
            _study.Add($"Run_{i}", $"echo {i} > output.txt");
        var options = _study.Options with { StatePath = Path.Combine(disk.Path, "run.csv") };
        // Room for some lines of the journal, and no more: it is torn in the middle of one.
        using (var filler = File.Create(Path.Combine(disk.Path, "filler")))
        {
            var block = new byte[4096];
            await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                while (true)
                    await filler.WriteAsync(block, TestContext.Current.CancellationToken);
            });
            filler.SetLength(filler.Length - filler.Length % 4096 - 4096);
        }

        var full = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, options));
        Assert.Equal(ErrorIds.PipelineStateInvalid, full.ErrorId);
        Assert.Contains("cannot be written", full.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(disk.Path, "filler"));
        var results = await _study.RunAsync(_session, options with { ExistingState = ExistingState.Require });
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(results.Select(static result => result.JobId!).Order(), (await Study.ListJobsAsync(_session)).Order());
    }

    [Fact]
    public async Task Long_paths_and_paths_of_another_system_are_rows_like_others()
    {
        var deep = string.Join(Path.DirectorySeparatorChar, Enumerable.Repeat(new string('d', 60), 6).Append("Run"));
        _study.Add("Deep", "cp Run/input.txt output.txt", folderName: deep);
        Assert.True(_study.Rows[0].Spec.Directory!.Length > 360);
        var table = "Directory,JobName,AnalysisCode,Command,CoreType,CoresPerSlot,WalltimeHours,Slots,LicenseSettings\n"
            + $"{_study.Rows[0].Spec.Directory},Deep,user_included,cp Run/input.txt output.txt,emerald,1,1,1,\n"
            + "C:\\no such\\Run_1,Drive,user_included,true,emerald,1,1,1,\n"
            + "\\\\no-such-server\\share\\Run_1,Share,user_included,true,emerald,1,1,1,\n";
        _study.Rows.Clear();
        _study.Rows.AddRange(JobTable.Read(new StringReader(table), "table", _study.Destination));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There the last path is asked of the network.");
        var results = await _study.RunAsync(_session);
        Study.AssertSucceeded(results[0]);
        Assert.Equal("input", File.ReadAllText(Path.Combine(results[0].Destination!, "output.txt")));
        Assert.All(results.Skip(1), static result => Assert.Equal((ErrorIds.JobSpecInvalid, PipelineStage.Validate), (result.Error!.ErrorId, result.Stage)));
        Assert.Contains("C:\\no such\\Run_1' is not an existing folder", results[1].Error!.Message, StringComparison.Ordinal);
    }

    private async Task StopAtAsync(PipelineStage stage)
    {
        var pipeline = _session.CreatePipeline();
        using var stop = new CancellationTokenSource(Study.Patience);
        var run = Task.Run(async () =>
        {
            await foreach (var result in pipeline.RunAsync(_study.Rows, _study.Options, stop.Token))
                Assert.Fail($"Row {result.Index} may not end: {result.Error?.Message}");
        });
        while (pipeline.GetProgress().JobsByStage[stage] < Jobs && !run.IsCompleted)
            await Task.Delay(20, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TestPatience.Long));
    }
}
