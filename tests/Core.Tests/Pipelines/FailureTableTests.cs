using RescaleInterlink.Core.Tests.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>The table of rows that have failed, which can be run like any other.</summary>
public sealed class FailureTableTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly Study _study = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RescaleSession _session = shared.Session;

    private string FailurePath => _folder.Combine("new folder", "jobs [1] ü.failed.csv");

    public void Dispose()
    {
        _study.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_holds_the_failed_rows_and_can_be_run_and_goes_when_none_fails()
    {
        _study.Add("Good row", "true");
        _study.Add("Bad row", "test -e 'Bad row/mended'");
        _study.Rows[1] = _study.Rows[1] with { Spec = _study.Rows[1].Spec with { Tags = ["a", "b"], SubmitMode = SubmitMode.CreateAndSubmit } };
        var options = _study.Options with { FailurePath = FailurePath };
        var results = await _study.RunAsync(_session, options);

        var row = Assert.Single(JobTable.ReadFile(FailurePath));
        Assert.Equivalent(_study.Rows[1].Spec, row.Spec, strict: true);
        var lines = File.ReadAllLines(FailurePath);
        Assert.EndsWith(",TarSubpath,ErrorMessage", lines[0], StringComparison.Ordinal);
        Assert.Contains(results[1].Error!.Message, lines[1].Replace("\"\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);

        // As a table of its own it makes a new job.
        File.WriteAllText(Path.Combine(_study.InputFolder("Bad row"), "mended"), "");
        var rows = _study.Rows.ToList();
        _study.Rows.Clear();
        _study.Rows.Add(row);
        var own = Assert.Single(await _study.RunAsync(_session, _study.Options with { StatePath = _folder.Combine("own.state.csv"), Destination = _folder.Combine("own") }));
        Study.AssertSucceeded(own);
        Assert.NotEqual(results[1].JobId, own.JobId);

        _study.Rows.Clear();
        _study.Rows.AddRange(rows);
        await _study.RunAsync(_session, options);
        Assert.True(File.Exists(FailurePath), "The row has failed still.");
        await foreach (var result in _session.CreatePipeline().RunAsync(_study.Rows, options with { Retry = PipelineRetry.FailedJob }, TestContext.Current.CancellationToken))
            Study.AssertSucceeded(result);
        Assert.False(File.Exists(FailurePath), "Nothing has failed any more.");
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(FailurePath)!));
    }

    [Theory]
    [InlineData("Directory,JobName\nmine,mine\n")]
    [InlineData("x")]
    public async Task A_file_of_another_kind_stays_and_nothing_is_sent(string content)
    {
        _study.Add("Not over mine", "exit 1");
        var mine = _folder.WriteFile("mine.csv", content);
        var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, _study.Options with { FailurePath = mine }));
        Assert.Equal(ErrorIds.DestinationExists, refused.ErrorId);
        Assert.Equal(content, File.ReadAllText(mine));
        Assert.NotNull(FailureTable.Leave(mine, []));
        Assert.Equal(content, File.ReadAllText(mine));
        Assert.Empty(await Study.ListJobsAsync(_session, "Not over mine"));
    }

    [Fact]
    public async Task The_state_is_no_place_for_it()
    {
        _study.Add("Not over the state", "true");
        var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, _study.Options with { FailurePath = _study.StatePath }));
        Assert.Equal(ErrorIds.TransferOptionInvalid, refused.ErrorId);
    }

    [Fact]
    public void A_table_that_cannot_be_written_is_told_and_throws_nothing()
    {
        var inTheWay = _folder.WriteFile("file", "");
        var row = new JobRow(1, new JobSpec { JobName = "Row" });
        Assert.Contains("cannot be written", FailureTable.Leave(Path.Combine(inTheWay, "failed.csv"), [(row, "why")]), StringComparison.Ordinal);
        Assert.Null(FailureTable.Leave(_folder.Combine("nowhere", "failed.csv"), []));
    }
}
