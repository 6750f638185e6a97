using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines;

public sealed class TableChangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string StatePath => Path.Combine(_folder.Path, "run.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_are_known_by_name_and_directory_and_get_their_new_index()
    {
        var known = TableChange.Match([Row(1, "A", "j1"), Row(2, "B", "j2"), Row(3, "C", "j3")], [Row(1, "C"), Row(2, "New"), Row(3, "A")]);
        Assert.Equal([(-1, "j2"), (1, "j3"), (3, "j1")], known.Select(static row => (row.Key, row.Value.JobId!)).Order());
        Assert.All(known, static row => Assert.Equal(row.Key, row.Value.Index));
        Assert.Equal((1, "j2"), Single(TableChange.Match([known[-1]], [Row(1, "B")])));
        Assert.Equal((-1, "j1"), Single(TableChange.Match([Row(1, "A", "j1")], [Row(1, "A") with { Directory = "/elsewhere" }])));
    }

    [Fact]
    public void Twins_keep_their_order_and_are_refused_when_their_number_changed()
    {
        RowState[] twins = [Row(1, "T", "j1"), Row(2, "T", "j2")];
        Assert.Equal([(2, "j1"), (3, "j2")], TableChange.Match(twins, [Row(1, "New"), Row(2, "T"), Row(3, "T")]).Select(static row => (row.Key, row.Value.JobId!)));
        var refused = Assert.Throws<RescaleException>(() => TableChange.Match(twins, [Row(1, "T")]));
        Assert.Equal(ErrorIds.PipelineStateInvalid, refused.ErrorId);
        Assert.Contains("1 rows named 'T'", refused.Message, StringComparison.Ordinal);
        Assert.Throws<RescaleException>(() => TableChange.Match([twins[0]], [Row(1, "T"), Row(2, "T")]));
    }

    [Fact]
    public void The_journal_is_that_of_the_new_table_and_remembers_what_is_gone()
    {
        using (var journal = PipelineJournal.Begin(StatePath, [Row(1, "A"), Row(2, "B")], ExistingState.Refuse))
        {
            journal.Append(Row(1, "A", "j1"), durable: false);
            journal.Append(Row(2, "B", "j2"), durable: false);
        }

        using (var journal = PipelineJournal.Begin(StatePath, [Row(1, "B")], ExistingState.Resume, allowTableChange: true))
            journal.Append(Row(1, "B", "j2") with { Ended = true }, durable: true);
        using (var journal = PipelineJournal.Begin(StatePath, [Row(1, "B")], ExistingState.Resume))
            Assert.Equal([(-1, "j1", false), (1, "j2", true)], journal.Earlier.Select(static row => (row.Key, row.Value.JobId!, row.Value.Ended)).Order());
        Assert.False(File.Exists(PipelineJournal.GetPath(StatePath) + ".tmp"));
    }

    private static (int Index, string? JobId) Single(IReadOnlyDictionary<int, RowState> rows) => (Assert.Single(rows).Key, rows.Values.Single().JobId);

    private static RowState Row(int index, string name, string? jobId = null) => new() { Index = index, JobName = name, Directory = "/d/" + name, JobId = jobId };
}
