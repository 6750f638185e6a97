using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines.Tables;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines.Tables;

public sealed class InputScanTests : IDisposable
{
    private readonly TemporaryFolder _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Each_primary_file_is_a_job_with_the_files_that_belong_to_it()
    {
        Write("inputs/a.v2.inp", "inputs/b.inp", "inputs/a.v2.mesh", "inputs/b.mesh", "common.cfg", "meshes/a.v2_fine.msh");
        var jobs = Find("inputs/*.inp", "*.mesh", "../common.cfg:required", "../meshes/*_fine.msh:optional");
        Assert.Equal(["Job_1", "Job_2"], jobs.Select(static job => job.JobName));
        Assert.Equal([.. new[] { "inputs/a.v2.inp", "inputs/a.v2.mesh", "common.cfg", "meshes/a.v2_fine.msh" }.Select(In)], jobs[0].Files);
        Assert.Equal([.. new[] { "inputs/b.inp", "inputs/b.mesh", "common.cfg" }.Select(In)], jobs[1].Files);
        Assert.Equal([In("meshes/b_fine.msh")], jobs[1].Missing);
        Assert.False(jobs[1].LacksRequired);
    }

    [Fact]
    public void One_that_lacks_a_required_file_is_no_job_and_takes_no_number()
    {
        Write("a.inp", "b.inp", "c.inp", "a.mesh", "c.mesh");
        var jobs = InputScan.Find(_tree.Path, "*.inp", [SecondaryPattern.Parse("*.cfg:optional"), SecondaryPattern.Parse("*.mesh")], " wing ", static _ => { }, default);
        Assert.Equal(["wing_1", "", "wing_2"], jobs.Select(static job => job.JobName));
        Assert.True(jobs[1].LacksRequired);
        Assert.Equal([In("b.cfg"), In("b.mesh")], jobs[1].Missing);
        Assert.Equal([In("b.mesh")], jobs[1].MissingRequired);
    }

    [Fact]
    public void Folders_are_no_files_and_nothing_found_is_an_error()
    {
        Directory.CreateDirectory(In("x.inp"));
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => Find("*.inp")).ErrorId);
        Assert.Equal(ErrorIds.JobTableInvalid, Assert.Throws<RescaleException>(() => Find("./")).ErrorId);
        Assert.Equal(ErrorIds.JobTableInvalid, Assert.Throws<RescaleException>(() => SecondaryPattern.Parse(" :optional")).ErrorId);
    }

    private IReadOnlyList<JobInput> Find(string primary, params string[] secondary)
        => InputScan.Find(_tree.Path, primary, [.. secondary.Select(SecondaryPattern.Parse)], null, static _ => { }, default);

    private string In(string path) => Path.GetFullPath(Path.Combine(_tree.Path, path));

    private void Write(params string[] files)
    {
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(file))!);
            File.WriteAllText(In(file), file);
        }
    }
}
