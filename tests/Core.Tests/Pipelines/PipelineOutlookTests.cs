using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>What a rehearsal tells of a run that has begun.</summary>
public sealed class PipelineOutlookTests : IDisposable
{
    private readonly Study _study = new();

    private string Journal => PipelineJournal.GetPath(_study.StatePath);

    public void Dispose() => _study.Dispose();

    [Fact]
    public void Rows_go_on_where_the_journal_left_them_and_it_stays_as_it_is()
    {
        WriteEveryState();
        File.AppendAllText(Journal, """{"index":7,"jobName":"torn""");
        var torn = File.ReadAllBytes(Journal);
        var outlook = PipelineOutlook.Look(_study.Rows, _study.Options);
        Assert.Equal(
            [
                (1, PipelineStage.Archive), (2, PipelineStage.Create), (3, PipelineStage.Submit), (4, PipelineStage.Wait), (5, PipelineStage.Download), (7, PipelineStage.Archive),
            ],
            outlook.Open.Select(static open => (open.Row.Index, open.Stage)));
        Assert.Equal(2, outlook.Unchanged);
        Assert.Equal(torn, File.ReadAllBytes(Journal));
        Assert.Equal([Path.GetFileName(Journal)], Directory.GetFiles(_study.Destination).Select(Path.GetFileName));

        // Without a destination nothing is waited for.
        Assert.Equal([1, 2, 3, 7], PipelineOutlook.Look(_study.Rows, _study.Options with { Destination = null }).Open.Select(static open => open.Row.Index));
        Assert.Equal([1, 2], PipelineOutlook.Look(_study.Rows, _study.Options with { LeftOut = new HashSet<int> { 3, 4, 5, 7 } }).Open.Select(static open => open.Row.Index));
        Assert.Equal(8, PipelineOutlook.Look(_study.Rows, _study.Options with { ExistingState = ExistingState.Replace }).Open.Count);
    }

    [Fact]
    public void A_retry_takes_up_what_failed_and_begins_failed_jobs_anew()
    {
        WriteEveryState();
        var failed = PipelineOutlook.Look(_study.Rows, _study.Options with { Retry = PipelineRetry.Failed });
        Assert.Equal((7, PipelineStage.Archive), Assert.Single(failed.Open.Select(static open => (open.Row.Index, open.Stage))));
        Assert.Contains("5 rows have not ended yet", failed.Notice, StringComparison.Ordinal);
        var anew = PipelineOutlook.Look(_study.Rows, _study.Options with { Retry = PipelineRetry.FailedJob });
        Assert.Equal([(7, PipelineStage.Archive), (8, PipelineStage.Archive)], anew.Open.Select(static open => (open.Row.Index, open.Stage)));
        Assert.Equal(6, anew.Unchanged);
    }

    [Fact]
    public async Task The_forecast_is_one_of_the_open_stages()
    {
        WriteEveryState();
        var forecast = await PlanAsync(_study.Options);
        Assert.Equal([1, 2, 3, 4, 5, 7], forecast.Rows.Select(static row => row.Index));
        Assert.Equal([5, 0, 0, 0, 0, 5], forecast.Rows.Select(static row => row.Bytes));
        Assert.Equal([true, true, true, false, false, true], forecast.Rows.Select(static row => row.Submits));
        Assert.Equal(2, forecast.Unchanged);
        // Two registrations and the credentials for them, three creations, and whether job 3 has been submitted; of row 2 and 7 that is known.
        Assert.Equal([2 + 1 + 3 + 3, 4, 6], forecast.Calls.Select(static calls => calls.Calls));
        // The folders of rows that are beyond their upload are needed no more.
        Directory.Delete(_study.InputFolder("row 2"), recursive: true);
        Assert.True((await PlanAsync(_study.Options)).IsValid);
        Directory.Delete(_study.InputFolder("row 1"), recursive: true);
        Assert.Equal(1, Assert.Single((await PlanAsync(_study.Options)).Findings).Row);
    }

    [Fact]
    public async Task A_folder_that_holds_the_runs_own_files_is_foreseen()
    {
        _study.Add("row 1", "true");
        _study.Add("row 2", "true");
        var options = _study.Options with { StatePath = Path.Combine(_study.InputFolder("row 1"), "state.csv") };
        var forecast = await PlanAsync(options);
        var finding = Assert.Single(forecast.Findings);
        Assert.Equal((FindingSeverity.Error, 1), (finding.Severity, finding.Row));
        Assert.Contains("which the run itself writes", finding.Message, StringComparison.Ordinal);
        Assert.Equal([false, true], forecast.Rows.Select(static row => row.Submits));
        Assert.True((await PlanAsync(options with { Archive = new ArchiveOptions { Exclude = ["state.csv*"] } })).IsValid);
    }

    [Fact]
    public async Task Extra_files_that_were_sent_are_not_counted_again()
    {
        var mesh = Path.Combine(_study.InputFolder("extras"), "mesh.dat");
        var steel = Path.Combine(_study.InputFolder("extras"), "steel.mat");
        Directory.CreateDirectory(_study.InputFolder("extras"));
        foreach (var path in new[] { mesh, steel })
            File.WriteAllText(path, "four");
        _study.Add("row 1", "true");
        _study.Add("row 2", "true");
        var options = _study.Options with { Extras = new ExtraInputs { Files = [mesh, steel] } };
        using (var journal = PipelineJournal.Begin(PipelineResume.TermsOf(Jobs(options), options)))
        {
            using var source = new LocalFileSource(mesh);
            var identity = await source.GetIdentityAsync(TestContext.Current.CancellationToken);
            journal.Append(new SentExtra(mesh, identity.Length, identity.Stamp, "f"));
        }

        var forecast = await PlanAsync(options);
        Assert.Equal((2, 4L), (forecast.ExtraFiles, forecast.ExtraBytes));
        // Two archives and one extra file.
        Assert.Equal(3 + 1 + 2, forecast.Calls[0].Calls);
        File.WriteAllText(mesh, "changed");
        Assert.Contains(mesh, Assert.Single((await PlanAsync(options)).Findings, static finding => finding.Severity == FindingSeverity.Error).Message, StringComparison.Ordinal);
        File.Delete(mesh);
        Assert.True((await PlanAsync(options)).IsValid);
    }

    [Fact]
    public void It_refuses_what_the_run_would_refuse_in_the_same_words()
    {
        WriteEveryState();
        var options = _study.Options;
        Refused(options with { Archive = new ArchiveOptions { Exclude = ["*.rst"] } }, "archives");
        Refused(options with { Extras = new ExtraInputs { FileIds = ["f"] } }, "extra input files");
        Refused(options with { ExistingState = ExistingState.Refuse }, "already tells");
        Refused(options with { StatePath = _study.StatePath + "x", ExistingState = ExistingState.Require }, "no earlier run");
        Refused(options with { StatePath = _study.StatePath + "x", Retry = PipelineRetry.Failed }, "no earlier run");
        Refused(options with { StatePath = _study.StatePath + "x", Extras = new ExtraInputs { Files = [_study.InputFolder("none")] } }, "none");
        File.WriteAllText(_study.StatePath + "go.csv", "Index,JobName\n1,A\n");
        Refused(options with { StatePath = _study.StatePath + "go.csv" }, "has no journal");
        File.WriteAllText(PipelineJournal.GetPath(_study.StatePath + "y"), "garbage\n");
        Refused(options with { StatePath = _study.StatePath + "y" }, "cannot be read");
        using (PipelineJournal.Begin(PipelineResume.TermsOf(Jobs(options), options)))
        {
            Refused(options, "cannot be used");
            Refused(options with { ExistingState = ExistingState.Replace }, "cannot be used");
        }

        _study.Rows.RemoveAt(0);
        Refused(options, "another table of 8 rows");
        Assert.Equal(5, PipelineOutlook.Look(_study.Rows, options with { AllowTableChange = true }).Open.Count);
        // What a killed run leaves holds nobody up.
        File.WriteAllText(PipelineJournal.GetLockPath(_study.StatePath), "");
        Assert.Equal(5, PipelineOutlook.Look(_study.Rows, options with { AllowTableChange = true }).Open.Count);
    }

    [Fact]
    public void Of_a_run_that_is_replaced_the_rows_that_were_declined_stay_known()
    {
        WriteEveryState();
        var options = _study.Options with { ExistingState = ExistingState.Replace, LeftOut = new HashSet<int> { 4, 6 } };
        using (var journal = PipelineJournal.Begin(PipelineResume.TermsOf(Jobs(options), options)))
            Assert.Equal([4, 6], journal.Earlier.Keys.Order());
        var next = PipelineOutlook.Look(_study.Rows, _study.Options);
        Assert.Equal((4, PipelineStage.Wait), next.Open.Where(static open => open.Stage != PipelineStage.Archive).Select(static open => (open.Row.Index, open.Stage)).Single());
        Assert.Equal(1, next.Unchanged);
        // Of a journal that nothing is kept of nobody has to understand a line.
        File.WriteAllText(Journal, "garbage\n");
        PipelineJournal.Begin(PipelineResume.TermsOf(Jobs(options), options with { LeftOut = new HashSet<int>() })).Dispose();
        Assert.Equal(8, PipelineOutlook.Look(_study.Rows, _study.Options).Open.Count);
    }

    [Fact]
    public async Task Rows_that_a_run_has_not_come_to_are_neither_failed_nor_done()
    {
        WriteEveryState();
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions());
        await using var session = await sandbox.ConnectAsync();
        var run = new PipelineRun(session.Jobs, TimeProvider.System, _study.Rows, _study.Options, null, TestContext.Current.CancellationToken);
        Assert.Equal((8, 0, 0), (run.GetProgress().Jobs, run.GetProgress().Succeeded, run.GetProgress().Failed));
        await run.DisposeAsync();
        Assert.Equal((8, 0, 0, 8), (run.Summary!.Jobs, run.Summary.Failed, run.Summary.EndedBefore, run.Summary.NotEnded));
    }

    [Fact]
    public async Task The_places_of_the_log_are_judged_and_nothing_is_written_there()
    {
        _study.Add("row 1", "true");
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions());
        await using var session = await sandbox.ConnectAsync();
        var pipeline = session.CreatePipeline();
        var letter = _study.InputFolder("letter.txt");
        File.WriteAllText(letter, "Dear Sir");
        Assert.Equal(ErrorIds.DestinationExists, Assert.Throws<RescaleException>(() => pipeline.Look(_study.Rows, _study.Options with { LogPath = letter }, logs: false)).ErrorId);
        Assert.Equal(ErrorIds.TransferOptionInvalid, Assert.Throws<RescaleException>(() => pipeline.Look(_study.Rows, _study.Options with { LogPath = _study.StatePath }, logs: false)).ErrorId);
        var inside = Path.Combine(_study.InputFolder("row 1"), "run.jsonl");
        Assert.NotNull(Assert.Single(pipeline.Look(_study.Rows, _study.Options with { LogPath = inside }, logs: false).Open).HeldRunFile);
        Assert.Throws<RescaleException>(() => pipeline.Look(_study.Rows, _study.Options with { LogPath = inside, ExistingState = ExistingState.Require }, logs: false));
        Assert.False(File.Exists(inside));
        Assert.Throws<RescaleException>(() => pipeline.Look(_study.Rows, _study.Options with { LogPath = inside, ExistingState = ExistingState.Require }, logs: true));
        Assert.Contains("runRefused", File.ReadAllText(inside), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_without_a_mark_is_told_as_one_that_nobody_can_go_on_with()
    {
        _study.Add("row 1", "true");
        using (var journal = Begin())
            journal.Append(State(1) with { FileId = "f", UploadStatus = StageStatus.Success, Creating = true }, durable: false);
        Assert.Contains("the job may exist", Assert.Single((await PlanAsync(_study.Options)).Findings).Message, StringComparison.Ordinal);
    }

    private void Refused(PipelineOptions options, string words)
    {
        var looked = Assert.Throws<RescaleException>(() => PipelineOutlook.Look(_study.Rows, options));
        Assert.Contains(words, looked.Message, StringComparison.Ordinal);
        var begun = Assert.Throws<RescaleException>(() => PipelineJournal.Begin(PipelineResume.TermsOf(Jobs(options), options)));
        Assert.Equal((begun.ErrorId, begun.RecommendedAction), (looked.ErrorId, looked.RecommendedAction));
        // Of a state that is held the system names the file that could not be opened.
        if (looked.InnerException is not IOException)
            Assert.Equal(begun.Message, looked.Message);
    }

    private Task<PipelineForecast> PlanAsync(PipelineOptions options)
        => new PipelinePlanner(null, null) { Extras = options.Extras }.PlanAsync(PipelineOutlook.Look(_study.Rows, options), [], collects: true, TestContext.Current.CancellationToken);

    /// <summary>A row that has not begun, one at each later stage, one that is done, one whose folder could not be sent, and one whose job failed.</summary>
    private void WriteEveryState()
    {
        for (var i = 1; i <= 8; i++)
            _study.Add($"row {i}", "true");
        using var journal = Begin();
        var uploaded = new Func<int, RowState>(index => State(index) with { FileId = $"f{index}", TarStatus = StageStatus.Success, UploadStatus = StageStatus.Success });
        var submitted = new Func<int, RowState>(index => uploaded(index) with { JobId = $"j{index}", SubmitStatus = StageStatus.Success });
        RowState[] lines =
        [
            uploaded(2), uploaded(3) with { JobId = "j3" }, submitted(4), submitted(5) with { JobStatus = JobStates.Completed },
            submitted(6) with { JobStatus = JobStates.Completed, Destination = "/d", Ended = true },
            State(7) with { UploadStatus = StageStatus.Failed, SubmitStatus = StageStatus.Failed, Ended = true, ErrorId = ErrorIds.SourceUnreadable },
            submitted(8) with { JobStatus = JobStates.Completed, Destination = "/d", Ended = true, ErrorId = ErrorIds.JobFailed },
        ];
        foreach (var line in lines)
            journal.Append(line, durable: false);
    }

    private RowState State(int index) => Jobs(_study.Options)[index - 1].State;

    private PipelineJob[] Jobs(PipelineOptions options) => PipelinePlan.MakeJobs(_study.Rows, options.Archive, TimeProvider.System);

    private PipelineJournal Begin() => PipelineJournal.Begin(PipelineResume.TermsOf(Jobs(_study.Options), _study.Options));
}
