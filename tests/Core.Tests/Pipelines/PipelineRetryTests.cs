using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>What a run takes up of an earlier one, when it is told more than to go on.</summary>
public sealed class PipelineRetryTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly Study _study = new();
    private readonly RescaleSession _session = shared.Session;

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task Only_rows_that_have_failed_are_taken_up()
    {
        _study.Add("Retry good", "true");
        _study.Add("Retry failed job", "exit 1");
        _study.Add(new JobSpec { JobName = "Retry no folder", Command = "true", Directory = _study.InputFolder("late") });
        var first = await _study.RunAsync(_session);
        Assert.Equal([null, ErrorIds.JobFailed, ErrorIds.JobSpecInvalid], first.Select(static result => result.Error?.ErrorId));

        Directory.CreateDirectory(_study.InputFolder("late"));
        var pipeline = _session.CreatePipeline();
        var again = await CollectAsync(pipeline, _study.Options with { Retry = PipelineRetry.Failed });
        Assert.Equal([2, 3], again.Select(static result => result.Index));
        Assert.Equal((ErrorIds.JobFailed, first[1].JobId), (again[0].Error!.ErrorId, again[0].JobId));
        Assert.Contains("-Retry FailedJob", again[0].Error!.RecommendedAction, StringComparison.Ordinal);
        Study.AssertSucceeded(again[1]);
        Assert.Equal((2, 1, 1), (pipeline.GetProgress().Jobs, pipeline.GetProgress().Succeeded, pipeline.GetProgress().Failed));
        Assert.Single(await Study.ListJobsAsync(_session, "Retry failed job"));
    }

    [Fact]
    public async Task A_job_that_failed_is_made_anew_from_its_directory_into_a_folder_of_its_own()
    {
        _study.Add("Anew", "cd Anew && cp input.txt ../copy.txt && test -e mended.txt");
        var failed = Assert.Single(await _study.RunAsync(_session));
        Assert.Equal(ErrorIds.JobFailed, failed.Error!.ErrorId);

        File.WriteAllText(Path.Combine(_study.InputFolder("Anew"), "mended.txt"), "");
        var anew = Assert.Single(await _study.RunAsync(_session, _study.Options with { Retry = PipelineRetry.FailedJob }));
        Study.AssertSucceeded(anew);
        Assert.NotEqual(failed.JobId, anew.JobId);
        Assert.NotEqual(failed.FileId, anew.FileId);
        Assert.Equal(failed.Destination + "_" + anew.JobId, anew.Destination);
        Study.AssertFiles(failed);
        Assert.Equal(2, (await Study.ListJobsAsync(_session, "Anew")).Count);

        // It has succeeded: there is nothing to repeat any more, and a plain run reports the new job.
        Assert.Empty(await CollectAsync(_session.CreatePipeline(), _study.Options with { Retry = PipelineRetry.FailedJob }));
        Assert.Equal(anew.JobId, Assert.Single(await _study.RunAsync(_session)).JobId);
    }

    [Fact]
    public async Task A_job_that_was_removed_is_made_anew()
    {
        _study.Add("Removed", "true");
        var submitted = Assert.Single(await _study.RunAsync(_session, _study.Options with { Destination = null }));
        await foreach (var _ in _session.Jobs.WaitAsync([submitted.JobId!], TimeSpan.FromMilliseconds(50), Study.Patience, null, TestContext.Current.CancellationToken))
        {
        }

        await _session.Client.Jobs.DeleteAsync(submitted.JobId!, TestContext.Current.CancellationToken);
        Assert.Equal(ErrorIds.JobNotFound, Assert.Single(await _study.RunAsync(_session)).Error!.ErrorId);
        var anew = Assert.Single(await _study.RunAsync(_session, _study.Options with { Retry = PipelineRetry.FailedJob }));
        Study.AssertSucceeded(anew);
        Assert.Equal(anew.JobId, Assert.Single(await Study.ListJobsAsync(_session, "Removed")));
    }

    [Fact]
    public async Task Rows_that_have_not_ended_are_left_to_a_plain_run_which_is_told()
    {
        _study.Add("Waiting", "while :; do sleep 0.1; done");
        using (var stop = new CancellationTokenSource(Study.Patience))
        {
            var pipeline = _session.CreatePipeline();
            var run = Task.Run(async () =>
            {
                await foreach (var _ in pipeline.RunAsync(_study.Rows, _study.Options, stop.Token))
                    Assert.Fail("It does not end.");
            });
            while (pipeline.GetProgress().JobsByStage[PipelineStage.Wait] < 1)
                await Task.Delay(20, stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        var notices = new List<string>();
        Assert.Empty(await CollectAsync(_session.CreatePipeline(), _study.Options with { Retry = PipelineRetry.Failed, OnNotice = notices.Add }));
        Assert.StartsWith("A row has not ended yet", Assert.Single(notices), StringComparison.Ordinal);
        await _session.Client.Jobs.StopAsync(Assert.Single(await Study.ListJobsAsync(_session, "Waiting")), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_needs_an_earlier_run_is_refused_without_one(bool retry)
    {
        _study.Add("Never run", "true");
        var options = _study.Options with { ExistingState = ExistingState.Require, Retry = retry ? PipelineRetry.Failed : null };
        var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, options));
        Assert.Equal(ErrorIds.PipelineStateInvalid, refused.ErrorId);
        Assert.StartsWith("There is no earlier run", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(_study.Destination) ? Directory.GetFiles(_study.Destination) : []);
        Assert.Empty(await Study.ListJobsAsync(_session, "Never run"));
    }

    [Fact]
    public async Task A_changed_table_runs_what_is_new_and_knows_the_rest_by_name_and_directory()
    {
        _study.Add("Stays", "true");
        _study.Add("Goes", "true");
        var first = await _study.RunAsync(_session);
        var goes = _study.Rows[1].Spec;
        _study.Rows.Clear();
        _study.Add("Comes", "true");
        _study.Rows.Add(new JobRow(2, Spec("Stays")));
        Assert.Equal(ErrorIds.PipelineStateInvalid, (await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session))).ErrorId);

        var changed = await _study.RunAsync(_session, _study.Options with { AllowTableChange = true });
        Assert.All(changed, static result => Assert.Null(result.Error));
        Assert.Equal(first[0].JobId, changed[1].JobId);
        Assert.Equal(["Comes", "Stays"], PipelineStateReader.Read(_study.StatePath).Select(static row => row.JobName));

        // A row that comes back is the one that it was. The table is now the state's own, and needs no leave.
        _study.Rows.Add(new JobRow(3, goes));
        Assert.Equal(first[1].JobId, (await _study.RunAsync(_session, _study.Options with { AllowTableChange = true }))[2].JobId);
        Assert.Equal(first[1].JobId, (await _study.RunAsync(_session))[2].JobId);
        Assert.Equal(3, (await Study.ListJobsAsync(_session)).Count(id => first.Concat(changed).Any(result => result.JobId == id)));

        JobSpec Spec(string name) => _study.Rows[0].Spec with { JobName = name, Directory = _study.InputFolder(name) };
    }

    [Fact]
    public async Task Rows_on_existing_files_archive_and_upload_nothing()
    {
        await using var engine = _session.CreateEngine(new TransferOptions());
        _study.Add("On existing files", "cp 'On existing files/input.txt' output.txt");
        var folder = await FolderArchive.CreateAsync(_study.InputFolder("On existing files"), TestContext.Current.CancellationToken);
        var file = await _session.Jobs.UploadFolderAsync(engine, folder, TestContext.Current.CancellationToken);
        _study.Rows[0] = _study.Rows[0] with { Spec = _study.Rows[0].Spec with { ExtraInputFileIds = [file.Id], Directory = "/no such folder" } };
        var rows = JobRow.WithoutDirectories(_study.Rows);
        _study.Rows.Clear();
        _study.Rows.AddRange(rows);
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Null(result.FileId);
        Assert.Equal("input", File.ReadAllText(Path.Combine(result.Destination!, "output.txt")));
    }

    [Fact]
    public async Task Without_files_of_the_platform_such_rows_are_told_what_they_lack()
    {
        _study.Add("No ids", "true");
        _study.Rows[0] = JobRow.WithoutDirectories(_study.Rows)[0];
        var error = Assert.Single(await _study.RunAsync(_session)).Error!;
        Assert.Equal(ErrorIds.JobSpecInvalid, error.ErrorId);
        Assert.StartsWith("Row 1 ('No ids') was not sent: ExtraInputFileIDs is empty or missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("-ExtraInputFile", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_is_left_out_stays_in_the_table_and_runs_another_time()
    {
        foreach (var name in new[] { "Left 1", "Left 2", "Left 3" })
            _study.Add(name, "true");
        var first = await CollectAsync(_session.CreatePipeline(), _study.Options with { LeftOut = new HashSet<int> { 2 } });
        Assert.Equal([1, 3], first.Select(static result => result.Index));
        Assert.All(first, Study.AssertSucceeded);
        var states = PipelineStateReader.Read(_study.StatePath);
        Assert.Equal(["success", "pending", "success"], states.Select(static state => state.SubmitStatus));
        Assert.Empty(await Study.ListJobsAsync(_session, "Left 2"));

        var resume = _study.Options with { ExistingState = ExistingState.Require };
        Assert.Equal(2, Assert.Single(PipelineOutlook.Look(_study.Rows, resume).Open).Row.Index);
        // Left out again it stays as it is, and so does what is known of the others.
        await CollectAsync(_session.CreatePipeline(), resume with { LeftOut = new HashSet<int> { 2 } });
        var all = await _study.RunAsync(_session, resume);
        Assert.All(all, static result => Assert.Null(result.Error));
        Assert.Equal(first.Select(static result => result.JobId), [all[0].JobId, all[2].JobId]);
        Assert.Single(await Study.ListJobsAsync(_session, "Left 2"));
    }

    private async Task<List<PipelineJobResult>> CollectAsync(PipelineRunner pipeline, PipelineOptions options)
    {
        var results = new List<PipelineJobResult>();
        using var patience = new CancellationTokenSource(Study.Patience);
        await foreach (var result in pipeline.RunAsync(_study.Rows, options, patience.Token))
            results.Add(result);
        return [.. results.OrderBy(static result => result.Index)];
    }
}
