using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Pipelines;

public sealed class PipelinePlacesTests
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "study [1]"));

    [Theory]
    [InlineData("jobs.csv", false, "jobs.state.csv")]
    [InlineData("jobs.v2.csv", false, "jobs.v2.state.csv")]
    [InlineData("jobs", true, "jobs.existing.state.csv")]
    [InlineData("jobs.failed.csv", false, "jobs.failed.state.csv")]
    public void A_state_lies_beside_its_table(string table, bool usesExistingFiles, string state)
        => Assert.Equal(Path.Combine(Folder, state), PipelinePlaces.StateOf(Path.Combine(Folder, table), "/elsewhere", usesExistingFiles));

    [Theory]
    [InlineData(false, "pipeline.state.csv")]
    [InlineData(true, "pipeline.existing.state.csv")]
    public void The_state_of_rows_without_a_table_lies_in_the_folder(bool usesExistingFiles, string state)
        => Assert.Equal(Path.Combine(Folder, state), PipelinePlaces.StateOf(null, Folder, usesExistingFiles));

    [Theory]
    [InlineData("jobs.state.csv", "jobs.failed.csv")]
    [InlineData("jobs.existing.state.csv", "jobs.existing.failed.csv")]
    [InlineData("jobs.STATE.csv", "jobs.failed.csv")]
    [InlineData("run7.csv", "run7.failed.csv")]
    [InlineData(".state.csv", ".state.failed.csv")]
    [InlineData("state", "state.failed.csv")]
    public void Failures_lie_beside_the_state(string state, string failures)
        => Assert.Equal(Path.Combine(Folder, failures), PipelinePlaces.FailuresOf(Path.Combine(Folder, state)));
}
