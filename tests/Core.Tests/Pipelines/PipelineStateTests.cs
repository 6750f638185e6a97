using System.Text;
using RescaleInterlink.Core.Tests.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using ManualTime = RescaleInterlink.Testing.ManualTime;

namespace RescaleInterlink.Core.Tests.Pipelines;

public sealed class PipelineStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RowState[] _rows =
    [
        new() { Index = 1, JobName = "A, \"x\"", Directory = "/d/A", TarPath = "/d/p_A_1.tar", LastUpdated = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2)) },
        new() { Index = 2, JobName = "B", Directory = "", TarStatus = StageStatus.Skipped, LastUpdated = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero) },
    ];

    private string StatePath => _folder.Combine("state", "run.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_last_line_of_a_row_counts_and_a_torn_one_is_ignored()
    {
        using (var journal = Begin())
        {
            journal.Append(_rows[0] with { FileId = "f" }, durable: false);
            journal.Append(_rows[1] with { Creating = true }, durable: true);
            journal.Append(_rows[0] with { FileId = "f", JobId = "j", SubmitStatus = StageStatus.Success, Ended = true }, durable: true);
        }

        File.AppendAllText(PipelineJournal.GetPath(StatePath), """{"index":2,"jobName":"B","directory":"","jobId":"to""");
        using var stream = File.OpenRead(PipelineJournal.GetPath(StatePath));
        var content = PipelineJournal.Load(stream, "j");
        Assert.Equal(2, content.Header.Rows);
        Assert.Equal(_rows[0] with { FileId = "f", JobId = "j", SubmitStatus = StageStatus.Success, Ended = true }, content.Rows[1]);
        Assert.Equal(_rows[1] with { Creating = true }, content.Rows[2]);
    }

    [Fact]
    public void A_journal_that_tells_of_a_run_is_refused_and_replaced_only_on_request()
    {
        using (var journal = Begin())
            journal.Append(_rows[0] with { Creating = true }, durable: true);

        var same = Refuse(_rows);
        Assert.Contains("0 of 2 rows have ended", same.Message, StringComparison.Ordinal);
        Assert.Contains("not known whether 1 of its jobs were created", same.Message, StringComparison.Ordinal);
        Assert.Contains("belongs to another table of 2 rows", Refuse([_rows[0]]).Message, StringComparison.Ordinal);
        using (PipelineJournal.Begin(StatePath, [_rows[0]], ExistingState.Replace))
        {
        }

        using var stream = File.OpenRead(PipelineJournal.GetPath(StatePath));
        Assert.Empty(PipelineJournal.Load(stream, "j").Rows);
    }

    [Fact]
    public void A_state_file_of_another_tool_is_refused()
    {
        Directory.CreateDirectory(_folder.Combine("state"));
        File.WriteAllText(StatePath, "Index,JobName\n1,A\n");
        Assert.Contains("has no journal", Refuse(_rows).Message, StringComparison.Ordinal);
        Assert.Equal("Index,JobName\n1,A\n", File.ReadAllText(StatePath));
    }

    [Fact]
    public void A_second_run_on_the_same_state_is_refused_even_to_replace_it()
    {
        using var first = Begin();
        var error = Assert.Throws<RescaleException>(() => PipelineJournal.Begin(StatePath, _rows, ExistingState.Replace));
        Assert.Equal(ErrorIds.PipelineStateInvalid, error.ErrorId);
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData("no line end")]
    [InlineData("{\"version\":2,\"table\":\"x\",\"rows\":1}\n")]
    [InlineData("{\"version\":1,\"table\":\"x\",\"rows\":1}\n{}\n")]
    public void What_is_not_a_journal_is_refused(string content)
    {
        Directory.CreateDirectory(_folder.Combine("state"));
        File.WriteAllText(PipelineJournal.GetPath(StatePath), content);
        Refuse(_rows);
        Assert.Equal(content, File.ReadAllText(PipelineJournal.GetPath(StatePath)));
    }

    [Fact]
    public void The_state_csv_has_the_twelve_columns_of_the_go_tool()
    {
        using var stream = new MemoryStream();
        PipelineStateFile.Render(stream,
        [
            _rows[1] with { UploadStatus = StageStatus.Skipped, JobId = "j", ExtraFileIds = "e1,e2", SubmitStatus = StageStatus.Failed, ErrorMessage = "one\ntwo" },
            _rows[0] with { TarStatus = StageStatus.Success, UploadStatus = StageStatus.Success, FileId = "f" },
        ]);
        Assert.Equal(
            "Index,JobName,Directory,TarPath,TarStatus,FileID,UploadStatus,JobID,SubmitStatus,ExtraFileIDs,ErrorMessage,LastUpdated\n"
            + "1,\"A, \"\"x\"\"\",/d/A,/d/p_A_1.tar,success,f,success,,pending,,,2025-01-02T03:04:05+02:00\n"
            + "2,B,,,skipped,,skipped,j,failed,\"e1,e2\",\"one\ntwo\",2025-01-02T03:04:05Z\n",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task The_state_csv_is_written_at_most_once_a_second()
    {
        var time = new ManualTime();
        var written = 0;
        var file = new PipelineStateFile(_folder.Combine("run.csv"), time, () =>
        {
            Interlocked.Increment(ref written);
            return _rows;
        });
        using var stop = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(Study.Patience);
        var running = file.RunAsync(stop.Token);
        for (var second = 1; second <= 3; second++)
        {
            for (var i = 0; i < 100; i++)
                file.NoteChange();
            // The writer has begun its wait: until the clock is turned it can do nothing more.
            while (time.Waits.Count < second)
                await Task.Delay(5, patience.Token);
            Assert.Equal(second, Volatile.Read(ref written));
            Assert.Equal(TimeSpan.FromSeconds(1), time.Waits[^1]);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(3, File.ReadAllLines(_folder.Combine("run.csv")).Length);
    }

    private PipelineJournal Begin() => PipelineJournal.Begin(StatePath, _rows, ExistingState.Refuse);

    private RescaleException Refuse(RowState[] rows)
    {
        var error = Assert.Throws<RescaleException>(() => PipelineJournal.Begin(StatePath, rows, ExistingState.Refuse));
        Assert.Equal(ErrorIds.PipelineStateInvalid, error.ErrorId);
        return error;
    }
}
