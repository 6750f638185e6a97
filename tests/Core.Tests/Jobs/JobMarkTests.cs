using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>A mark is one job's alone: specifications neither take nor give it.</summary>
public sealed class JobMarkTests
{
    private const string Marked = """{"RESCALE_INTERLINK_MARK":"0123","A":"b"}""";
    private const string Mark = "RESCALE_INTERLINK_MARK";

    private static readonly JobSpec Spec = new()
    {
        JobName = "n", AnalysisCode = "a", Command = "x", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1, LicenseSettings = Marked,
    };

    [Theory]
    [InlineData("""{"name":"n","jobanalyses":[{"command":"x","envVars":{"RESCALE_INTERLINK_MARK":"0123","A":"b"}}]}""", """{"A":"b"}""")]
    [InlineData("""{"name":"n","jobanalyses":[{"command":"x","envVars":{"RESCALE_INTERLINK_MARK":"0123"}}]}""", "")]
    [InlineData("""{"JobName":"n","LicenseSettings":"{\"RESCALE_INTERLINK_MARK\":\"0123\",\"A\":\"b\"}"}""", """{"A":"b"}""")]
    [InlineData("""{"jobName":"n","licenseSettings":{"A":"b","RESCALE_INTERLINK_MARK":"0123"}}""", """{"A":"b"}""")]
    public void Reading_a_job_leaves_its_mark_behind(string json, string settings)
    {
        var read = JobSpecJson.Read(json, "x");
        Assert.Equal(settings, Assert.Single(read.Specs).LicenseSettings);
        Assert.Empty(read.Notes);
    }

    [Fact]
    public void A_script_with_a_mark_leaves_it_behind()
    {
        var text = JobScriptWriter.Write(Spec, out _);
        Assert.DoesNotContain(Mark, text, StringComparison.Ordinal);
        var marked = text.Replace("#RESCALE_ENV_A b\n", $"#RESCALE_ENV_A b\n#RESCALE_ENV_{Mark} 0123\n", StringComparison.Ordinal);
        Assert.NotEqual(text, marked);
        Assert.Equal("""{"A":"b"}""", JobScript.Read(marked, "x").Spec.LicenseSettings);
    }

    [Theory]
    [InlineData(JobSpecForm.Spec)]
    [InlineData(JobSpecForm.Template)]
    [InlineData(JobSpecForm.Api)]
    public void Nothing_that_is_written_has_a_mark(JobSpecForm form)
        => Assert.DoesNotContain(Mark, JobSpecJsonWriter.Write([Spec], form, out _), StringComparison.Ordinal);

    [Fact]
    public void No_table_has_one_either()
    {
        using var table = new StringWriter();
        JobTable.Write(table, [Spec]);
        Assert.DoesNotContain(Mark, table.ToString(), StringComparison.Ordinal);
        var marked = table.ToString().Replace("\"{\"\"A", $"\"{{\"\"{Mark}\"\":\"\"0123\"\",\"\"A", StringComparison.Ordinal);
        Assert.NotEqual(table.ToString(), marked);
        using var reader = new StringReader(marked);
        Assert.Equal("""{"A":"b"}""", Assert.Single(JobTable.Read(reader, "x")).Spec.LicenseSettings);
    }

    [Fact]
    public void The_variable_is_no_setting()
    {
        Assert.Equal(["A"], LicenseSettings.Parse(Marked).Keys);
        Assert.Empty(LicenseSettings.Parse($$$"""{"{{{Mark}}}":{"any":"thing"}}"""));
        Assert.Equal("""{"A":"b"}""", LicenseSettings.Add(Marked, new Dictionary<string, string>()));
        Assert.Equal("""{"A":"b","C":"d"}""", LicenseSettings.Add(Marked, new Dictionary<string, string> { [Mark] = "1", ["C"] = "d" }));
        Assert.Equal("", LicenseSettings.Write(new Dictionary<string, string> { [Mark] = "1" }));
        Assert.Throws<RescaleException>(() => LicenseSettings.Parse("{}"));
        // What cannot be read is left to whoever tells what is wrong with it.
        Assert.Equal($"[{Mark}", LicenseSettings.WithoutMark($"[{Mark}"));
    }

    [Fact]
    public void A_request_keeps_its_other_variables()
    {
        var mark = new JobMark("0123", DateTimeOffset.UnixEpoch);
        var request = mark.AddTo(JobRequestBuilder.Build(Spec, "", []));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "b", [Mark] = "0123" }, request.Jobanalyses[0].EnvVars);
        Assert.Equal("RESCALE_INTERLINK_MARK=0123", mark.ToString());
    }
}
