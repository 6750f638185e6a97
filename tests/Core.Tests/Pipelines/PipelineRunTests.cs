using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>The whole way of real jobs, through a real sandbox and back.</summary>
public sealed class PipelineRunTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private const string Copy = "cd * && cp input.txt ../output.txt";
    private readonly Study _study = new();
    private readonly RescaleSession _session = shared.Session;

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task Names_of_all_kinds_come_back_as_they_went()
    {
        var longName = string.Concat(Enumerable.Repeat("long name ü ", 16)).TrimEnd();
        Assert.Equal(191, longName.Length);
        _study.Add("Plain", "mkdir -p a/b && cp Plain/input.txt 'a/b/[x] ü 中.txt' && : > empty");
        _study.Add("Run [1] with blanks ü中", Copy, content: "one");
        _study.Add(longName, Copy, folderName: new string('n', 200), content: "two");
        _study.Add("Empty folder", "ls -d 'Empty folder' > listing.txt", content: null);
        var results = await _study.RunAsync(_session);

        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(Path.Combine(_study.Destination, "Run [1] with blanks ü中"), results[1].Destination);
        Assert.Equal("one", File.ReadAllText(Path.Combine(results[1].Destination!, "output.txt")));
        Assert.Equal("two", File.ReadAllText(Path.Combine(results[2].Destination!, "output.txt")));
        Assert.Equal("input", File.ReadAllText(Path.Combine(results[0].Destination!, "a", "b", "[x] ü 中.txt")));
        Assert.Contains(results[0].Files, file => file.Path.EndsWith("empty", StringComparison.Ordinal) && file.Length == 0);
        Assert.Equal("Empty folder\n", File.ReadAllText(Path.Combine(results[3].Destination!, "listing.txt")));
    }

    [Fact]
    public async Task A_job_that_fails_is_one_error_with_its_log_and_the_others_finish()
    {
        _study.Add("Good", Copy);
        _study.Add("Bad", "echo it broke >&2; exit 3");
        var results = await _study.RunAsync(_session);
        Study.AssertSucceeded(results[0]);
        var bad = results[1];
        Assert.Equal((ErrorIds.JobFailed, ErrorKind.JobFailed), (bad.Error!.ErrorId, bad.Error.Kind));
        Assert.Contains("exit code 3", bad.Error.Message, StringComparison.Ordinal);
        Assert.Equal(PipelineStage.Wait, bad.Stage);
        Assert.Contains("it broke", File.ReadAllText(Path.Combine(bad.Destination!, "process_output.log")), StringComparison.Ordinal);
        Study.AssertFiles(bad);
    }

    [Fact]
    public void What_the_platform_says_of_a_failure_stands_in_one_sentence()
    {
        var state = new RowState { Index = 1, JobName = "n", Directory = "", JobId = "id", JobStatus = "Completed", Reason = "It failed." };
        var error = PipelineErrors.JobFailed(new PipelineJob(new JobRow(1, new JobSpec()), state), []);
        Assert.Equal("The job 'n' (id) ended Completed: It failed.", error.Message);
    }

    [Fact]
    public async Task Jobs_that_share_a_name_get_a_folder_each()
    {
        _study.Add("Same", "echo 1 > output.txt", folderName: "a");
        _study.Add("same", "echo 2 > output.txt", folderName: "b");
        _study.Add("Other", "echo 3 > output.txt");
        var results = await _study.RunAsync(_session);
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(Path.Combine(_study.Destination, $"Same_{results[0].JobId![..6]}"), results[0].Destination);
        Assert.Equal(Path.Combine(_study.Destination, $"same_{results[1].JobId![..6]}"), results[1].Destination);
        Assert.Equal(Path.Combine(_study.Destination, "Other"), results[2].Destination);
        Assert.Equal("2\n", File.ReadAllText(Path.Combine(results[1].Destination!, "output.txt")));
    }

    [Fact]
    public async Task A_row_with_a_fault_is_not_sent_and_the_others_finish()
    {
        _study.Add("Good in bad company", Copy);
        _study.Add(new JobSpec { JobName = "No folder", Command = "true", Directory = _study.InputFolder("missing") });
        _study.Add("Leaves its folder", "true");
        _study.Rows[2] = _study.Rows[2] with { Spec = _study.Rows[2].Spec with { TarSubpath = "../x", Slots = 0 } };
        var forecast = await new PipelinePlanner(null, null).PlanAsync(_study.Rows, [], collects: true, TestContext.Current.CancellationToken);
        Assert.Equal([(2, "Directory"), (3, "TarSubpath"), (3, "Slots")], forecast.Findings.Select(static finding => (finding.Row, finding.Column)));

        var results = await _study.RunAsync(_session);
        Study.AssertSucceeded(results[0]);
        Assert.All(results.Skip(1), result => Assert.Equal((ErrorIds.JobSpecInvalid, PipelineStage.Validate), (result.Error!.ErrorId, result.Stage)));
        Assert.Contains(_study.InputFolder("missing"), results[1].Error!.Message, StringComparison.Ordinal);
        Assert.Empty(await Study.ListJobsAsync(_session, "No folder"));
    }

    [Fact]
    public async Task Only_the_sub_path_is_archived()
    {
        _study.Add("Part", "find . -type f | sort > listing.txt");
        Directory.CreateDirectory(Path.Combine(_study.InputFolder("Part"), "deck", "v1"));
        File.WriteAllText(Path.Combine(_study.InputFolder("Part"), "deck", "v1", "d.txt"), "d");
        _study.Rows[0] = _study.Rows[0] with { Spec = _study.Rows[0].Spec with { TarSubpath = "deck/v1" } };
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Contains("./v1/d.txt\n", File.ReadAllText(Path.Combine(result.Destination!, "listing.txt")), StringComparison.Ordinal);
        Assert.DoesNotContain("input.txt", File.ReadAllText(Path.Combine(result.Destination!, "listing.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_without_a_directory_runs_on_its_extra_files()
    {
        await using var engine = _session.CreateEngine(new TransferOptions());
        Directory.CreateDirectory(_study.InputFolder("extra"));
        File.WriteAllText(Path.Combine(_study.InputFolder("extra"), "shared.txt"), "shared");
        var tar = await TarSource.CreateAsync(_study.InputFolder("extra"), "extra", TestContext.Current.CancellationToken);
        var file = await _session.Library.UploadAsync(engine, tar, "extra.tar", null, TestContext.Current.CancellationToken);
        _study.Add(new JobSpec { JobName = "Extra", Command = "cp extra/shared.txt output.txt", ExtraInputFileIds = [file.Id] });
        var result = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(result);
        Assert.Null(result.FileId);
        Assert.Equal("shared", File.ReadAllText(Path.Combine(result.Destination!, "output.txt")));
        Assert.Contains(",skipped,,skipped,", File.ReadAllText(_study.StatePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_is_only_created_ends_there_with_its_tags()
    {
        _study.Add("Draft", "true");
        _study.Rows[0] = _study.Rows[0] with { Spec = _study.Rows[0].Spec with { SubmitMode = SubmitMode.CreateOnly, Tags = ["a", "ü b"] } };
        var result = Assert.Single(await _study.RunAsync(_session));
        Assert.Null(result.Error);
        Assert.Equal((PipelineStage.Done, null), (result.Stage, result.Status));
        Assert.Empty(result.Warnings);
        var statuses = await _session.Client.Jobs.GetStatusesAsync(result.JobId!, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(statuses, entry => entry.Status == "Queued");
        Assert.Contains(",success," + result.JobId + ",skipped,,,", File.ReadAllText(_study.StatePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_is_stopped_from_elsewhere_is_one_error()
    {
        _study.Add("Stopped", "echo begun > begun.txt; sleep 600");
        _study.Add("Not stopped", Copy);
        using var patience = new CancellationTokenSource(Study.Patience);
        var results = new List<PipelineJobResult>();
        await foreach (var result in _session.CreatePipeline().RunAsync(_study.Rows, _study.Options, patience.Token))
        {
            // The other job has ended: this one is known to the platform soon, and executes some time later.
            results.Add(result);
            if (result.JobName == "Not stopped")
                await StopWhenExecutingAsync("Stopped", patience.Token);
        }

        var stopped = Assert.Single(results, result => result.JobName == "Stopped");
        Assert.Equal(("Stopped", ErrorIds.JobFailed), (stopped.Status, stopped.Error!.ErrorId));
        Assert.Equal("begun\n", File.ReadAllText(Path.Combine(stopped.Destination!, "begun.txt")));
        Study.AssertSucceeded(Assert.Single(results, result => result.JobName == "Not stopped"));
    }

    [Fact]
    public async Task A_finished_run_is_reported_again_and_not_run_again()
    {
        _study.Add("Once", "echo x > output.txt");
        _study.Add("Fails once", "exit 1");
        var first = await _study.RunAsync(_session);
        var again = await _study.RunAsync(_session);
        Assert.Null(again[0].Error);
        Assert.Equal(ErrorIds.JobFailed, again[1].Error!.ErrorId);
        Assert.Equal(first.Select(result => result.JobId), again.Select(result => result.JobId));
        Assert.Single(await Study.ListJobsAsync(_session, "Once"));
        Assert.Single(await Study.ListJobsAsync(_session, "Fails once"));

        var anew = await _study.RunAsync(_session, _study.Options with { ExistingState = ExistingState.Replace, Overwrite = true });
        Study.AssertSucceeded(anew[0]);
        Assert.NotEqual(first[0].JobId, anew[0].JobId);
    }

    [Fact]
    public async Task A_file_that_was_there_before_is_replaced_by_no_number_of_runs()
    {
        _study.Add("Mine", "echo new > output.txt; echo other > other.txt");
        var folder = Directory.CreateDirectory(Path.Combine(_study.Destination, "Mine"));
        var mine = Path.Combine(folder.FullName, "output.txt");
        File.WriteAllText(mine, "my own");
        for (var run = 0; run < 2; run++)
        {
            var refused = (await _study.RunAsync(_session))[0];
            Assert.Equal(ErrorIds.DestinationExists, refused.Error!.ErrorId);
            Assert.Equal("my own", File.ReadAllText(mine));
        }

        // What the runs before have received is taken as it is.
        File.Delete(mine);
        var other = File.GetCreationTimeUtc(Path.Combine(folder.FullName, "other.txt"));
        var done = (await _study.RunAsync(_session))[0];
        Study.AssertSucceeded(done);
        Assert.Equal(3, done.Files.Count);
        Assert.Equal(other, File.GetCreationTimeUtc(Path.Combine(folder.FullName, "other.txt")));
        Assert.Single(await Study.ListJobsAsync(_session, "Mine"));
    }

    [Fact]
    public async Task Outputs_that_are_not_there_yet_land_in_another_destination_when_one_is_given()
    {
        _study.Add("Moved", "echo x > output.txt");
        _study.Add("Stays", "echo y > output.txt");
        var taken = Directory.CreateDirectory(Path.Combine(_study.Destination, "Moved")).FullName;
        File.WriteAllText(Path.Combine(taken, "output.txt"), "my own");
        var refused = (await _study.RunAsync(_session))[0];
        Assert.Equal(ErrorIds.DestinationExists, refused.Error!.ErrorId);
        Assert.Contains("give another destination", refused.Error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("-Conflict", refused.Error.RecommendedAction, StringComparison.Ordinal);

        var other = _study.Destination + " 2";
        var results = await _study.RunAsync(_session, _study.Options with { Destination = other });
        Assert.All(results, static result => Assert.Null(result.Error));
        Assert.Equal(Path.Combine(other, "Moved"), results[0].Destination);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(other, "Moved", "output.txt")));
        Assert.Equal("my own", File.ReadAllText(Path.Combine(taken, "output.txt")));
        // What is done is done.
        Assert.Equal(Path.Combine(_study.Destination, "Stays"), results[1].Destination);
        Assert.False(Directory.Exists(Path.Combine(other, "Stays")));
        Assert.Single(await Study.ListJobsAsync(_session, "Moved"));
    }

    [Fact]
    public async Task A_destination_that_is_none_is_refused_before_anything_is_sent()
    {
        _study.Add("Nowhere to go", "true");
        var file = Path.Combine(_study.InputFolder("Nowhere to go"), "input.txt");
        foreach (var destination in new[] { file, Path.Combine(file, "results") })
        {
            var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, _study.Options with { Destination = destination }));
            Assert.Equal(ErrorIds.DestinationUnwritable, refused.ErrorId);
            Assert.Contains(destination, refused.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(_study.StatePath + ".journal"));
        Assert.Empty(await Study.ListJobsAsync(_session, "Nowhere to go"));
        Study.AssertSucceeded(Assert.Single(await _study.RunAsync(_session)));
        Assert.Empty(Directory.EnumerateFiles(_study.Destination, ".*"));
    }

    [Fact]
    public async Task Options_that_are_refused_leave_the_state_to_others()
    {
        _study.Add("Too little memory", "true");
        var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, _study.Options with { Transfer = new TransferOptions(MemoryLimit: 1) }));
        Assert.Equal(ErrorIds.TransferOptionInvalid, refused.ErrorId);
        Assert.False(File.Exists(_study.StatePath + ".journal"));
        Study.AssertSucceeded(Assert.Single(await _study.RunAsync(_session)));
    }

    [Fact]
    public async Task A_file_that_is_no_state_is_not_replaced_even_to_begin_anew()
    {
        _study.Add("Of a table", "true");
        var table = Path.Combine(_study.InputFolder("Of a table"), "jobs.csv");
        File.WriteAllText(table, "Directory,JobName\n");
        var options = _study.Options with { StatePath = table, Destination = null, ExistingState = ExistingState.Replace };
        var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, options));
        Assert.Equal(ErrorIds.PipelineStateInvalid, refused.ErrorId);
        Assert.Equal("Directory,JobName\n", File.ReadAllText(table));
        Assert.False(File.Exists(table + ".journal"));

        var folder = Path.GetDirectoryName(table)!;
        refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, options with { StatePath = folder }));
        Assert.Contains("it is a folder. Nothing was sent.", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder + ".journal"));

        // The state of another tool is one that a run may begin anew in the place of.
        var state = Path.Combine(Directory.CreateDirectory(_study.Destination).FullName, "go.csv");
        File.WriteAllText(state, "Index,JobName\n1,x\n");
        Assert.Null(Assert.Single(await _study.RunAsync(_session, options with { StatePath = state })).Error);
    }

    [Fact]
    public async Task A_folder_that_the_run_writes_its_own_files_into_is_refused_unless_they_are_left_out()
    {
        _study.Add("Own files", "ls -A 'Own files' > output.txt");
        _study.Add("Other", "true");
        var options = _study.Options with { StatePath = Path.Combine(_study.InputFolder("Own files"), "run.state.csv") };
        var refused = (await _study.RunAsync(_session, options))[0];
        Assert.Equal((ErrorIds.JobSpecInvalid, PipelineStage.Validate), (refused.Error!.ErrorId, refused.Stage));
        Assert.Contains("run.state.csv", refused.Error.Message, StringComparison.Ordinal);
        Assert.Contains("-ExcludePattern", refused.Error.RecommendedAction, StringComparison.Ordinal);

        var results = await _study.RunAsync(_session, options with { ExistingState = ExistingState.Replace, Overwrite = true, Archive = new ArchiveOptions { Exclude = ["run.*"] } });
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal("input.txt\n", File.ReadAllText(Path.Combine(results[0].Destination!, "output.txt")));
    }

    [Fact]
    public async Task Another_table_on_the_same_state_is_refused_before_anything_is_sent()
    {
        _study.Add("Of the first table", "true");
        await _study.RunAsync(_session);
        _study.Add("Of the second table", "true");
        var error = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session));
        Assert.Equal(ErrorIds.PipelineStateInvalid, error.ErrorId);
        Assert.Empty(await Study.ListJobsAsync(_session, "Of the second table"));
    }

    [Fact]
    public async Task Without_a_destination_a_run_ends_with_the_submission_and_can_be_collected_later()
    {
        _study.Add("Later", "echo x > output.txt");
        var submitted = Assert.Single(await _study.RunAsync(_session, _study.Options with { Destination = null }));
        Assert.Null(submitted.Error);
        Assert.Equal((null, null), (submitted.Status, submitted.Destination));
        var collected = Assert.Single(await _study.RunAsync(_session));
        Study.AssertSucceeded(collected);
        Assert.Equal(submitted.JobId, collected.JobId);
    }

    [Fact]
    public async Task The_numbers_add_up_when_it_is_over()
    {
        _study.Add("Counted", "true");
        _study.Add("Counted and failed", "false");
        var pipeline = _session.CreatePipeline();
        Assert.Equal(0, pipeline.GetProgress().Jobs);
        await foreach (var _ in pipeline.RunAsync(_study.Rows, _study.Options, TestContext.Current.CancellationToken))
        {
        }

        var progress = pipeline.GetProgress();
        Assert.Equal((2, 1, 1, 2), (progress.Jobs, progress.Succeeded, progress.Failed, progress.JobsByStage[PipelineStage.Done]));
    }

    private async Task StopWhenExecutingAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var id in await Study.ListJobsAsync(_session, name))
            {
                var statuses = await _session.Client.Jobs.GetStatusesAsync(id, cancellationToken);
                if (statuses[0].Status == "Executing")
                {
                    await _session.Client.Jobs.StopAsync(id, cancellationToken);
                    return;
                }
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
