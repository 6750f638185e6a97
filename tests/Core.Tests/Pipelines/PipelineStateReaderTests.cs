using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines;

public sealed class PipelineStateReaderTests : IDisposable
{
    private const string Header = "Index,JobName,Directory,TarPath,TarStatus,FileID,UploadStatus,JobID,SubmitStatus,ExtraFileIDs,ErrorMessage,LastUpdated";

    private readonly TemporaryFolder _folder = new();

    private string StatePath => Path.Combine(_folder.Path, "run.state.csv");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void The_state_of_the_Go_tool_is_read_by_its_rules(string end)
    {
        File.WriteAllText(StatePath, string.Join(end,
            Header,
            "2,B,/d/B,/d/p_B_1.tar.gz,success,fB,failed,,failed,,\"it said \"\"no\"\",",
            "and more\",2025-01-02T03:04:05+02:00",
            "1,A,/d/A,/d/p_A_1.tar.gz,success,fA,success,jA,success,\"e1,e2\",,2025-01-02T03:04:05Z",
            "3,short,row",
            "x,not,a,number,success,f,success,j,success,,,2025-01-02T03:04:05Z", ""));
        var rows = PipelineStateReader.Read(StatePath);
        Assert.Equal([1, 2], rows.Select(static row => row.Index));
        Assert.Equal(
            new PipelineRowState(1, "A", "/d/A", "/d/p_A_1.tar.gz", "success", "fA", "success", "jA", "success", null, null, null, null, null, null, new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero)) { ExtraFileIds = "e1,e2" }, rows[0]);
        Assert.Equal(("failed", null, $"it said \"no\",{end}and more"), (rows[1].SubmitStatus, rows[1].JobId, rows[1].ErrorMessage));
        Assert.Equal(new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), rows[1].LastUpdated);
    }

    [Fact]
    public void The_journal_beside_it_is_the_truth_also_while_a_run_goes_on()
    {
        RowState[] states = [new() { Index = 1, JobName = "A", Directory = "/d/A" }, new() { Index = 2, JobName = "B", Directory = "/d/B" }];
        using (var file = File.Create(StatePath))
            PipelineStateFile.Render(file, states);
        File.Delete(PipelineJournal.GetPath(StatePath));
        Assert.Equal("pending", PipelineStateReader.Read(StatePath)[0].SubmitStatus);
        File.Move(StatePath, StatePath + ".kept");
        using var journal = PipelineJournal.Begin(StatePath, states, ExistingState.Resume);
        File.Move(StatePath + ".kept", StatePath);
        journal.Append(states[1] with { FileId = "f", UploadStatus = StageStatus.Success, JobId = "j", SubmitStatus = StageStatus.Success, JobStatus = "Executing", Ended = false }, durable: false);
        var rows = PipelineStateReader.Read(StatePath);
        Assert.Equal(("pending", (bool?)null), (rows[0].SubmitStatus, rows[0].HasEnded));
        Assert.Equal(("success", "j", "Executing", (bool?)false), (rows[1].SubmitStatus, rows[1].JobId, rows[1].JobStatus, rows[1].HasEnded));
    }

    [Fact]
    public void What_is_no_state_is_said_to_be_none()
    {
        Assert.Equal(ErrorIds.SourceNotFound, Refuse().ErrorId);
        foreach (var text in new[] { "", "a,b\n1,2\n", "\0\0\0", "{\"json\":1}" })
        {
            File.WriteAllText(StatePath, text, Encoding.UTF8);
            Assert.Equal(ErrorIds.PipelineStateInvalid, Refuse().ErrorId);
        }

        RescaleException Refuse() => Assert.Throws<RescaleException>(() => PipelineStateReader.Read(StatePath));
    }
}
