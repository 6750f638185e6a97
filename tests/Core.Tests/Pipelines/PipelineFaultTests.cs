using System.Security.Cryptography;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>What the way has to withstand; every test has a sandbox of its own.</summary>
public sealed class PipelineFaultTests : IAsyncLifetime
{
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

    [Fact]
    public async Task A_slow_upload_holds_up_no_other_job()
    {
        await _sandbox.SetFaultsAsync("""{"target":"s3","operation":"PutObject","path":"Slow","fault":"stall"}""");
        _study.Add("Slow", "true");
        for (var i = 1; i <= 9; i++)
            _study.Add($"Run_{i}", "true");
        await AssertOthersEndAsync(9, _study.Options);
    }

    [Fact]
    public async Task Jobs_of_an_earlier_run_do_not_wait_behind_the_uploads_of_new_ones()
    {
        _study.Add("Earlier", "echo x > output.txt");
        Assert.Null(Assert.Single(await _study.RunAsync(_session, _study.Options with { Destination = null })).Error);
        await _sandbox.SetFaultsAsync("""{"target":"s3","operation":"PutObject","path":"Slow","fault":"stall"}""");
        var earlier = _study.Rows[0];
        _study.Rows.Clear();
        for (var i = 1; i <= 10; i++)
            _study.Add($"Slow {i}", "true");
        _study.Rows.Add(earlier with { Index = 11 });
        using var patience = new CancellationTokenSource(Study.Patience);
        // More of them than the stages before the upload take in.
        var options = _study.Options with { AllowTableChange = true, ArchiveWorkers = 1, UploadWorkers = 1 };
        await foreach (var result in _session.CreatePipeline().RunAsync(_study.Rows, options, patience.Token))
        {
            Assert.Equal(11, result.Index);
            Study.AssertSucceeded(result);
            break;
        }
    }

    [Fact]
    public async Task A_slow_upload_of_many_parts_leaves_connections_and_memory_to_the_others()
    {
        await _sandbox.SetFaultsAsync("""{"target":"s3","operation":"UploadPart","path":"Slow","fault":"stall"}""");
        _study.Add("Slow", "true");
        using (var file = File.Create(Path.Combine(_study.InputFolder("Slow"), "large.bin")))
            file.SetLength(256L << 20);
        for (var i = 1; i <= 5; i++)
            _study.Add($"Run_{i}", "true");
        await AssertOthersEndAsync(5, _study.Options with { Transfer = new TransferOptions(Connections: 8, MemoryLimit: 128L << 20) });
    }

    [Theory]
    [InlineData(TarCompression.None)]
    [InlineData(TarCompression.Gzip)]
    public async Task An_upload_that_was_stopped_is_continued_and_the_caller_is_told(TarCompression compression)
    {
        await _sandbox.SetFaultsAsync("""{"target":"s3","operation":"UploadPart","path":"Large","fault":"stall","skip":3}""");
        _study.Add("Large", "sha512sum Large/large.bin | cut -d' ' -f1 > sum.txt");
        var content = new byte[32 << 20];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(Path.Combine(_study.InputFolder("Large"), "large.bin"), content);
        var options = _study.Options with
        {
            Transfer = new TransferOptions(Connections: 2) { PartSize = 5 << 20 },
            Archive = new ArchiveOptions { Compression = compression },
        };
        var pipeline = _session.CreatePipeline();
        using var stop = new CancellationTokenSource(Study.Patience);
        var run = Task.Run(async () =>
        {
            await foreach (var _ in pipeline.RunAsync(_study.Rows, options, stop.Token))
                Assert.Fail("It does not end.");
        });
        while (pipeline.GetProgress().Transfers.BytesDone < 15 << 20)
            await Task.Delay(20, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        await _sandbox.ClearFaultsAsync();
        var told = new List<(string What, long Done, long? Total)>();
        var result = Assert.Single(await _study.RunAsync(_session, options with { OnContinued = (what, done, total) => told.Add((what, done, total)) }));
        Study.AssertSucceeded(result);
        var (what, done, total) = Assert.Single(told);
        Assert.Contains("Large", what, StringComparison.Ordinal);
        Assert.InRange(done, 15 << 20, content.Length);
        Assert.Equal(compression == TarCompression.None, total > content.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(content)) + "\n", File.ReadAllText(Path.Combine(result.Destination!, "sum.txt")));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task What_was_being_sent_when_a_run_was_killed_is_continued_by_the_next(bool isExtra, bool gzip)
    {
        var content = RandomNumberGenerator.GetBytes(32 << 20);
        _study.Add("Killed_1", "");
        _study.Add("Killed_2", "", folderName: "Killed_1");
        var extra = _study.InputFolder("mesh.bin");
        await File.WriteAllBytesAsync(isExtra ? extra : Path.Combine(_study.InputFolder("Killed_1"), "mesh.bin"), content, TestContext.Current.CancellationToken);
        var state = Path.GetDirectoryName(_study.StatePath)!;
        var settings = new PipelineSettings(
            _sandbox.Instance.ApiUrl.AbsoluteUri, _sandbox.Instance.ApiKey, Path.Combine(state, "state"), _study.StatePath, _study.Destination,
            [.. _study.Rows.Select(row => new PipelineRow(row.Spec.JobName, row.Spec.Directory, $"sha512sum {(isExtra ? "" : "Killed_1/")}mesh.bin | cut -d' ' -f1 > sum.txt", []))])
        {
            ExtraFile = isExtra ? extra : null,
            Gzip = gzip,
        };
        var source = isExtra ? extra : _study.InputFolder("Killed_1");
        await _sandbox.SetFaultsAsync("{\"target\":\"s3\",\"operation\":\"UploadPart\",\"fault\":\"stall\",\"skip\":3}");
        await using (var killed = await PipelineChild.StartAsync(settings))
        {
            var folder = new CheckpointFolder(Path.Combine(settings.StateFolder, "transfers"));
            await Transfers.Waiting.UntilAsync(() => folder.List().Any(transfer => transfer.LocalPath == source && transfer.BytesDone >= 15 << 20));
            await killed.KillAsync();
        }

        await _sandbox.ClearFaultsAsync();
        var before = await CountAsync();
        await using var next = await PipelineChild.StartAsync(settings);
        Assert.True(await next.ExitAsync() == 0, next.Said);
        Assert.Contains($"continued {(isExtra ? source : "inputs_Killed_1_")}", next.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("notice", next.Said, StringComparison.Ordinal);
        // Three of seven parts were there; the outputs of the jobs and the other input are little.
        Assert.InRange(await CountAsync() - before, content.Length - (15 << 20), content.Length - (14 << 20));
        // One record of the extra input and one of the archive, which both jobs share.
        var inputs = await _session.Client.Files.ListAsync(TestContext.Current.CancellationToken).Where(static file => file.Name.EndsWith("mesh.bin", StringComparison.Ordinal) || file.Name.Contains(".tar", StringComparison.Ordinal)).ToListAsync();
        Assert.Equal(isExtra ? 2 : 1, inputs.Count);
        foreach (var row in _study.Rows)
            Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(content)) + "\n", File.ReadAllText(Path.Combine(_study.Destination, row.Spec.JobName, "sum.txt")));

        async Task<long> CountAsync() => (await _sandbox.GetCountersAsync()).GetProperty("s3").GetProperty("bytesIn").GetInt64();
    }

    [Fact]
    public async Task A_stop_keeps_what_was_reached_and_the_next_run_goes_on()
    {
        for (var i = 1; i <= 3; i++)
            _study.Add($"Run_{i}", $"while [ ! -e '{_study.InputFolder("go")}' ]; do sleep 0.1; done; echo {i} > output.txt");
        var pipeline = _session.CreatePipeline();
        using var stop = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(Study.Patience);
        var run = Task.Run(async () =>
        {
            await foreach (var _ in pipeline.RunAsync(_study.Rows, _study.Options, stop.Token))
                Assert.Fail("No job may end before it is let go.");
        });
        while (pipeline.GetProgress().JobsByStage[PipelineStage.Wait] < 3)
            await Task.Delay(20, patience.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TestPatience.Long));
        var submitted = await Study.ListJobsAsync(_session);
        Assert.Equal(3, submitted.Count);
        Assert.Equal(4, File.ReadAllLines(_study.StatePath).Length);

        File.WriteAllText(_study.InputFolder("go"), "");
        var results = await _study.RunAsync(_session);
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(submitted.Order(), results.Select(result => result.JobId!).Order());
        Assert.Equal(3, (await Study.ListJobsAsync(_session)).Count);
    }

    [Fact]
    public async Task A_sandbox_that_is_killed_and_restarted_in_the_middle_ends_every_job_once()
    {
        for (var i = 1; i <= 6; i++)
            _study.Add($"Run_{i}", $"sleep 0.5; echo {i} > output.txt");
        var pipeline = _session.CreatePipeline();
        using var patience = new CancellationTokenSource(Study.Patience);
        var results = new List<PipelineJobResult>();
        var run = Task.Run(async () =>
        {
            await foreach (var result in pipeline.RunAsync(_study.Rows, _study.Options, patience.Token))
                results.Add(result);
        });
        while (pipeline.GetProgress().JobsByStage[PipelineStage.Wait] < 2)
            await Task.Delay(20, patience.Token);
        await _sandbox.KillAsync();
        await _sandbox.RestartAsync(patience.Token);
        await run;

        // Each job either came through, or has one error that says what happened to it.
        Assert.Equal(_study.Rows.Select(row => row.Index), results.Select(result => result.Index).Order());
        Assert.All(results.Where(result => result.Error is null), Study.AssertSucceeded);
        Assert.All(results.Where(result => result.Error is not null), result => Assert.Contains(
            result.Error!.ErrorId,
            new[] { ErrorIds.JobSubmissionUncertain, ErrorIds.PlatformUnreachable, ErrorIds.StorageUnreachable, ErrorIds.StorageTimeout, ErrorIds.StorageFault }));
        Assert.InRange(results.Count(result => result.Error is null), 2, 6);
        Assert.Equal(6, File.ReadAllLines(_study.StatePath).Count(line => line.Length > 0 && char.IsDigit(line[0])));
    }

    [Fact]
    public async Task A_lost_answer_to_a_submission_is_resolved_and_the_job_runs_once()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/submit/","fault":"loseReply","times":1}""");
        _study.Add("Submitted", "echo ran >> output.txt");
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Equal("ran\n", File.ReadAllText(Path.Combine(result.Destination!, "output.txt")));
        Assert.Single(await Study.ListJobsAsync(_session));
    }

    [Fact]
    public async Task A_submission_that_never_arrived_is_sent_again()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/submit/","fault":"status","status":503,"times":1}""");
        _study.Add("Submitted", "echo ran > output.txt");
        Study.AssertSucceeded(Assert.Single(await _study.RunAsync(_session)));
    }

    [Theory]
    [InlineData("loseReply")]
    [InlineData("garbleReply")]
    [InlineData("resetAfter")]
    [InlineData("status")]
    public async Task A_lost_answer_to_a_creation_is_resolved_and_there_is_one_job(string fault)
    {
        await _sandbox.SetFaultsAsync($$"""{"target":"api","method":"POST","path":"/api/v3/jobs/$","fault":"{{fault}}","times":1}""");
        _study.Add("Created", "echo ran > output.txt");
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Equal(result.JobId, Assert.Single(await Study.ListJobsAsync(_session)));
    }

    [Theory]
    [InlineData("loseReply")]
    [InlineData("resetAfter")]
    public async Task A_creation_that_stays_uncertain_is_resolved_by_the_next_run(string fault)
    {
        await _sandbox.SetFaultsAsync(
            $$"""{"target":"api","method":"POST","path":"/api/v3/jobs/$","fault":"{{fault}}","times":1}""",
            """{"target":"api","method":"GET","path":"/api/v3/jobs/$","fault":"status","status":403}""");
        _study.Add("Created", "echo ran > output.txt");
        var uncertain = Assert.Single(await _study.RunAsync(_session));
        Assert.Equal((ErrorIds.JobSubmissionUncertain, PipelineStage.Create), (uncertain.Error!.ErrorId, uncertain.Stage));
        Assert.StartsWith("Run the pipeline again", uncertain.Error.RecommendedAction, StringComparison.Ordinal);
        var mark = (await ReadJournalAsync())[1].Mark!.Value;
        Assert.Contains(mark, uncertain.Error.Message, StringComparison.Ordinal);
        var again = Assert.Single(await _study.RunAsync(_session));
        Assert.Contains("An earlier run was ended while it created the job 'Created'", again.Error!.Message, StringComparison.Ordinal);

        await _sandbox.ClearFaultsAsync();
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Equal(result.JobId, Assert.Single(await Study.ListJobsAsync(_session)));
        Assert.Equal(mark, (await _session.Client.Jobs.GetAsync(result.JobId!, default)).Mark);
        Assert.Null((await ReadJournalAsync())[1].Mark);
    }

    [Fact]
    public async Task A_refused_creation_is_open_again_with_another_mark()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/api/v3/jobs/$","fault":"status","status":400,"times":1}""");
        _study.Add("Created", "true");
        Assert.Equal(ErrorIds.RequestRejected, Assert.Single(await _study.RunAsync(_session)).Error!.ErrorId);
        Assert.True((await ReadJournalAsync())[1] is { Creating: false, Mark: null });
        Study.AssertSucceeded(Assert.Single(await _study.RunAsync(_session)));
    }

    [Fact]
    public async Task A_journal_without_marks_leaves_it_uncertain_and_nothing_is_sent()
    {
        _study.Add("Created", "true");
        using (var journal = PipelineJournal.Begin(_study.StatePath, [.. PipelinePlan.MakeJobs(_study.Rows, ArchiveOptions.Everything, TimeProvider.System).Select(job => job.State)], ExistingState.Refuse))
            journal.Append(new RowState { Index = 1, JobName = "Created", Directory = _study.Rows[0].Spec.Directory!, UploadStatus = StageStatus.Success, FileId = "f", Creating = true }, durable: false);
        var uncertain = Assert.Single(await _study.RunAsync(_session));
        Assert.Equal((ErrorIds.JobSubmissionUncertain, PipelineStage.Create), (uncertain.Error!.ErrorId, uncertain.Stage));
        Assert.Empty(await Study.ListJobsAsync(_session));
    }

    [Fact]
    public async Task A_failed_label_is_a_warning()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/tags/","fault":"status","status":400,"times":1}""");
        _study.Add("Tagged", "true");
        _study.Rows[0] = _study.Rows[0] with { Spec = _study.Rows[0].Spec with { Tags = ["a", "b"] } };
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Contains("its tag 'a' could not be set", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyDictionary<int, RowState>> ReadJournalAsync()
    {
        await using var stream = File.OpenRead(PipelineJournal.GetPath(_study.StatePath));
        return PipelineJournal.Load(stream, "journal").Rows;
    }

    /// <summary>So many jobs succeed while the one called Slow is still uploaded.</summary>
    private async Task AssertOthersEndAsync(int count, PipelineOptions options)
    {
        var others = new List<PipelineJobResult>();
        using var patience = new CancellationTokenSource(Study.Patience);
        await foreach (var result in _session.CreatePipeline().RunAsync(_study.Rows, options, patience.Token))
        {
            others.Add(result);
            if (others.Count == count)
                break;
        }

        Assert.All(others, Study.AssertSucceeded);
        Assert.DoesNotContain(others, result => result.JobName == "Slow");
    }
}
