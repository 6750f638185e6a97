using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Core.Tests.Jobs;

public sealed class JobSpecJsonTests
{
    /// <summary>The example of interop files 4.2.</summary>
    private const string Example = """
        { "Directory":"/data/Run_1","JobName":"Run_1","AnalysisCode":"user_included","AnalysisVersion":"","Command":"./run.sh","CoreType":"emerald","CoresPerSlot":4,"WalltimeHours":2,"Slots":1,"LicenseSettings":"","ExtraInputFileIDs":"","NoDecompress":false,"SubmitMode":"create_and_submit","IsLowPriority":false,"OnDemandLicenseSeller":"","Tags":["a"],"ProjectID":"","OrgCode":"","Automations":null,"InputFiles":null }
        """;

    private static readonly JobSpec Full = new()
    {
        Directory = "/d", JobName = "n <&> ä", AnalysisCode = "a", AnalysisVersion = "1", Command = "x\n\n  \"y\"", KeepCommandSpacing = true, CoreType = "emerald",
        CoresPerSlot = 2, Slots = 3, WalltimeHours = 0.25, LicenseSettings = """{"A":"b"}""", ExtraInputFileIds = ["e1", "e2"], OnDemandLicenseSeller = "s",
        ProjectId = "p", OrgCode = "o", Tags = ["t"], NoDecompress = true, IsLowPriority = true, SubmitMode = SubmitMode.CreateOnly, TarSubpath = "sub",
        InputFileIds = ["f1"], InputFiles = ["/d/in.txt"], AutomationIds = ["au1"], ClusterId = "c", UseRescaleLicense = true, UserDefinedLicenseSettings = "u",
    };

    [Fact]
    public void A_job_file_is_written_with_the_keys_and_the_layout_of_the_Go_tool()
    {
        var read = JobSpecJson.Read(Example, "x");
        Assert.Empty(read.Notes);
        var written = JobSpecJsonWriter.Write(read.Specs, JobSpecForm.Spec, out var notes);
        Assert.Empty(notes);
        Assert.StartsWith("{\n  \"Directory\": \"/data/Run_1\",\n  \"JobName\": \"Run_1\",\n", written, StringComparison.Ordinal);
        // The same but for blanks.
        Assert.Equal(Squeeze(Example), Squeeze(written));
    }

    [Fact]
    public void A_template_has_its_own_names_and_defaults()
    {
        var spec = Assert.Single(JobSpecJson.Read("""{"jobName":"n","analysisCode":"a","command":"x","coreType":"c","projectId":"p","extraInputFileIds":"1,2"}""", "x").Specs);
        Assert.Equal((1, 1, 1d), (spec.CoresPerSlot, spec.Slots, spec.WalltimeHours));
        Assert.Equal("p", spec.ProjectId);
        Assert.Equal(["1", "2"], spec.ExtraInputFileIds);
        var written = JobSpecJsonWriter.Write([spec], JobSpecForm.Template, out _);
        Assert.Contains("\"extraInputFileIds\": \"1,2\",\n  \"noDecompress\": false,\n  \"submitMode\"", written, StringComparison.Ordinal);
        Assert.EndsWith("\"projectId\": \"p\",\n  \"orgCode\": \"\",\n  \"automations\": []\n}\n", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobSpecForm.Spec)]
    [InlineData(JobSpecForm.Template)]
    public void Everything_that_is_written_is_read_back(JobSpecForm form)
    {
        var other = new JobSpec { JobName = "other", CoresPerSlot = 1 };
        var text = JobSpecJsonWriter.Write([Full, other], form, out var notes);
        Assert.Empty(notes);
        var read = JobSpecJson.Read(text, "x");
        Assert.Empty(read.Notes);
        Assert.Equivalent(Full, read.Specs[0], strict: true);
        Assert.Equivalent(other, read.Specs[1], strict: true);
    }

    [Fact]
    public void A_body_of_the_API_is_written_and_read_back()
    {
        var text = JobSpecJsonWriter.Write([Full], JobSpecForm.Api, out var notes);
        Assert.Equal(["'n <&> ä': Directory", "'n <&> ä': InputFile", "'n <&> ä': OrgCode", "'n <&> ä': Submit"], notes);
        var read = JobSpecJson.Read(text, "x");
        Assert.Empty(read.Notes);
        var expected = Full with { Directory = null, InputFiles = [], OrgCode = null, SubmitMode = SubmitMode.CreateAndSubmit, TarSubpath = "", WalltimeHours = 1, KeepCommandSpacing = false };
        Assert.Equivalent(expected, Assert.Single(read.Specs), strict: true);
    }

    [Fact]
    public void Keys_that_nobody_knows_are_told()
        => Assert.Equal(
            ["the key [0].Moon is not known", "the key [1].jobanalyses[0].hardware.Type is not known"],
            JobSpecJson.Read("""[{"JobName":"a","Moon":1},{"name":"b","jobanalyses":[{"command":"x","hardware":{"Type":"y","walltime":1}}]}]""", "x").Notes);

    [Fact]
    public void Relative_paths_are_relative_to_the_file_and_ids_stay()
    {
        var folder = Path.GetFullPath("/data");
        var spec = Assert.Single(JobSpecJson.Read("""{"Directory":"Run_1","InputFiles":["abcdef","in/a.txt"]}""", "x", folder).Specs);
        Assert.Equal(Path.Combine(folder, "Run_1"), spec.Directory);
        Assert.Equal(["abcdef"], spec.InputFileIds);
        Assert.Equal([Path.GetFullPath("in/a.txt", folder)], spec.InputFiles);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("[7]")]
    [InlineData("""{"CoresPerSlot":1.5}""")]
    [InlineData("""{"WalltimeHours":"topsecret"}""")]
    [InlineData("""{"JobName":{"a":"topsecret"}}""")]
    [InlineData("""{"Tags":[{}]}""")]
    [InlineData("""{"SubmitMode":"topsecret"}""")]
    [InlineData("""{"JobName":"\ud800"}""")]
    [InlineData("""{"jobanalyses":[]}""")]
    [InlineData("""{"jobanalyses":"x"}""")]
    [InlineData("""{"LicenseSettings":"topsecret""")]
    public void Unusable_files_are_refused_without_quoting_them(string json)
    {
        var error = Assert.Throws<RescaleException>(() => JobSpecJson.Read(json, "job.json"));
        Assert.Equal(ErrorIds.JobFileInvalid, error.ErrorId);
        Assert.Contains("'job.json'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", error.Message, StringComparison.Ordinal);
    }

    private static string Squeeze(string json) => json.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
}
