using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Tables;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines.Tables;

public sealed class JobTableBuilderTests : IDisposable
{
    private readonly TemporaryFolder _tree = new();
    private readonly List<string> _notices = [];

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void The_example_of_the_Go_tool_gives_its_names_in_its_order()
    {
        Make("Run_1", "Run_2", "Run_10");
        Assert.Equal(["DOE_1", "DOE_10", "DOE_2"], Build("DOE_1", Query("Run_*")).Select(static job => job.JobName));
        Assert.Equal(["DOE_1", "DOE_2", "DOE_10"], Build("DOE_1", Query("Run_*") with { NaturalOrder = true }).Select(static job => job.JobName));
    }

    [Fact]
    public void A_folder_without_a_number_takes_that_of_its_place()
    {
        Make("a", "b_007", "c");
        var folders = Find(Query("*") with { StartIndex = 20 });
        Assert.Equal(["20", "7", "22"], folders.Select(static folder => folder.Number));
        Assert.Equal(["Job_20", "Job_7", "Job_22"], JobTableBuilder.Build(new JobSpec { JobName = "_1" }, folders, false, false).Select(static job => job.JobName));
    }

    [Fact]
    public void Files_hidden_folders_and_those_of_other_names_are_no_runs()
    {
        Make("Run_1", "run_2", "Other", "Run_3/Run_4");
        File.WriteAllText(Path.Combine(_tree.Path, "Run_5"), "");
        Make(".Run_6");
        Directory.CreateSymbolicLink(Path.Combine(_tree.Path, "Run_7"), Path.Combine(_tree.Path, "Other"));
        Assert.Equal(["Run_1", "Run_3", "Run_7"], Find(Query("Run_*")).Select(static folder => folder.Name));
        Assert.Equal(["Run_1", "Run_3"], Find(Query("*_[13]")).Select(static folder => folder.Name));
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => Find(Query(".Run_*"))).ErrorId);
    }

    [Fact]
    public void A_nested_pattern_names_each_job_after_the_folders_above_it()
    {
        Make("Project_A/Run_1", "Project_A/Run_2", "Project_B/Run_1", "Project_B/deep/Run_9", "Other/Run_1");
        var jobs = Build("DOE", Query("Project_*/Run_*"));
        Assert.Equal(["DOE_1_Project_A", "DOE_2_Project_A", "DOE_1_Project_B"], jobs.Select(static job => job.JobName));
        Assert.Equal(Path.Combine(_tree.Path, "Project_B", "Run_1"), jobs[2].Directory);
        Assert.Equal(["DOE_9"], Build("DOE", Query("Project_B/deep/Run_*")).Select(static job => job.JobName));
        Assert.Equal(["DOE_9_Project_B"], Build("DOE", Query($"{_tree.Path}/Project_*/./deep/Run_9")).Select(static job => job.JobName));
    }

    [Fact]
    public void Parts_are_searched_one_by_one_and_one_without_the_subpath_is_left_out()
    {
        Make("DOE_1/Sim/Run_1", "DOE_1/Sim/Run_2", "DOE_2/Sim/Run_1", "DOE_3/Run_1");
        var query = Query("Run_*") with { PartDirectories = [.. new[] { "DOE_1", "DOE_2", "DOE_3" }.Select(In)], Subpath = "Sim" };
        Assert.Equal(["Case_1_DOE_1", "Case_2_DOE_1", "Case_1_DOE_2"], Build("Case_1", query).Select(static job => job.JobName));
        Assert.Contains("DOE_3", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => Find(Query("Run_*") with { Subpath = "Sim" })).ErrorId);
        Assert.Equal(ErrorIds.JobSpecInvalid, Assert.Throws<RescaleException>(() => Find(Query("Run_*") with { Subpath = "../x" })).ErrorId);
        Assert.Equal(ErrorIds.JobTableInvalid, Assert.Throws<RescaleException>(() => Find(query with { Pattern = In("Run_*") })).ErrorId);
    }

    [Fact]
    public void Only_folders_that_hold_a_valid_file_at_any_depth_are_taken()
    {
        Make("Run_1/a/b", "Run_2", "Run_3");
        File.WriteAllText(In("Run_1/a/b/x.avg.fnc"), "");
        File.WriteAllText(In("Run_2/x.fnc"), "");
        Directory.CreateSymbolicLink(In("Run_3/link"), In("Run_1"));
        Assert.Equal(["Run_1"], Find(Query("Run_*") with { ValidationPattern = "*.avg.fnc" }).Select(static folder => folder.Name));
        // A link counts by its own name.
        Assert.Equal(["Run_3"], Find(Query("Run_*") with { ValidationPattern = "link" }).Select(static folder => folder.Name));
        var none = Assert.Throws<RescaleException>(() => Find(Query("Run_*") with { ValidationPattern = "*.none" }));
        Assert.Contains("None of the 3 folders", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_follow_the_numbers_and_all_else_the_template()
    {
        Make("Run_003", "Run_12");
        var template = new JobSpec { JobName = "n", Command = "solve data_01.inp\npython3 run_1.py", CoreType = "emerald", Tags = ["a"], Directory = "elsewhere", WalltimeHours = 1.5 };
        var jobs = JobTableBuilder.Build(template, Find(Query("Run_*")), iterateCommand: true, allowDuplicateNames: false);
        Assert.Equal(["solve data_03.inp\npython3 run_3.py", "solve data_12.inp\npython3 run_12.py"], jobs.Select(static job => job.Command));
        Assert.All(jobs, job => Assert.Equal(template, job with { JobName = template.JobName, Directory = template.Directory, Command = template.Command }));
    }

    [Fact]
    public void Two_jobs_of_one_name_are_refused_unless_that_is_wanted()
    {
        Make("Run_1", "Run_01", "Run_2");
        var error = Assert.Throws<RescaleException>(() => Build("x", Query("Run_*")));
        Assert.Equal(ErrorIds.JobTableInvalid, error.ErrorId);
        Assert.Contains("'x_1' of", error.Message, StringComparison.Ordinal);
        Assert.Contains("Run_01", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, JobTableBuilder.Build(new JobSpec { JobName = "x" }, Find(Query("Run_*")), false, allowDuplicateNames: true).Count);
    }

    [Fact]
    public void Ten_thousand_folders_give_a_table_that_is_read_back_as_it_was_made()
    {
        Make([.. Enumerable.Range(1, 10_000).Select(static i => $"Run_{i}")]);
        var template = new JobSpec { JobName = "x_1", AnalysisCode = "user_included", Command = "run_1.sh", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1 };
        var jobs = JobTableBuilder.Build(template, Find(Query("Run_*") with { NaturalOrder = true }), iterateCommand: true, allowDuplicateNames: false);
        using var text = new StringWriter();
        JobTable.Write(text, jobs);
        var rows = JobTable.Read(new StringReader(text.ToString()), "table");
        Assert.Equal(10_000, rows.Count);
        Assert.Equal(("x_10000", "run_10000.sh", In("Run_10000")), (rows[^1].Spec.JobName, rows[^1].Spec.Command, rows[^1].Spec.Directory));
    }

    [Theory]
    [InlineData("a2", "a10", -1)]
    [InlineData("a02", "a2", -1)]
    [InlineData("a2b", "a2a", 1)]
    [InlineData("a", "a1", -1)]
    [InlineData("a99999999999999999999", "a100000000000000000000", -1)]
    [InlineData("x", "x", 0)]
    public void Natural_order_compares_numbers_by_value(string x, string y, int order)
    {
        Assert.Equal(order, Math.Sign(NaturalOrder.Instance.Compare(x, y)));
        Assert.Equal(-order, Math.Sign(NaturalOrder.Instance.Compare(y, x)));
    }

    private RunFolderQuery Query(string pattern) => new() { Pattern = pattern, Root = _tree.Path };

    private IReadOnlyList<RunFolder> Find(RunFolderQuery query) => RunFolders.Find(query, _notices.Add, default);

    private IReadOnlyList<JobSpec> Build(string name, RunFolderQuery query) => JobTableBuilder.Build(new JobSpec { JobName = name }, Find(query), false, false);

    private string In(string path) => Path.Combine(_tree.Path, path);

    private void Make(params string[] folders)
    {
        foreach (var folder in folders)
            Directory.CreateDirectory(In(folder));
    }
}
