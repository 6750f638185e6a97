using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>The example stays an example: a valid table, the same solver in every run folder.</summary>
public sealed class HeatStudyTests
{
    private static readonly string Folder = Path.Combine(FindRoot(), "examples", "heat-study");

    [Fact]
    public void The_table_can_be_run_from_anywhere()
    {
        var rows = JobTable.ReadFile(Path.Combine(Folder, "jobs.csv"));
        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.Empty(RowValidation.FindFaults(row)));
        Assert.Equal(5, rows.Select(row => row.Spec.JobName).Distinct().Count());
    }

    [Theory]
    [InlineData("heat.awk")]
    [InlineData("solve.sh")]
    public void Every_run_folder_has_the_same_solver(string name)
    {
        var versions = JobTable.ReadFile(Path.Combine(Folder, "jobs.csv")).Select(row => File.ReadAllText(Path.Combine(row.Spec.Directory!, name)));
        Assert.Single(versions.Distinct());
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "RescalePS.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run within the repository.");
        return folder;
    }
}
