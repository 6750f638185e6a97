using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Jobs;

public sealed class JobSpecTests
{
    private static readonly JobSpec Good = new()
    {
        JobName = "Run_1",
        AnalysisCode = "user_included",
        Command = "./run.sh",
        CoreType = "emerald",
        CoresPerSlot = 4,
        Slots = 1,
        WalltimeHours = 1.5,
    };

    [Fact]
    public void Every_fault_is_named_with_its_column()
    {
        Assert.Empty(JobSpecCheck.FindFaults(Good));
        var faults = JobSpecCheck.FindFaults(new JobSpec { WalltimeHours = double.NaN, Command = " \u200B ", LicenseSettings = "[]" });
        Assert.Equal(
            ["JobName", "AnalysisCode", "Command", "CoreType", "CoresPerSlot", "Slots", "WalltimeHours", "LicenseSettings"],
            faults.Select(fault => fault.Column));
        var error = Assert.Throws<RescaleException>(() => JobSpecCheck.Require(Good with { Slots = 0, CoreType = "" }));
        Assert.Equal(ErrorIds.JobSpecInvalid, error.ErrorId);
        Assert.Contains("CoreType is empty; Slots must be greater than 0, not 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_holds_what_the_platform_reads()
    {
        var spec = Good with
        {
            JobName = " Run_1\uFEFF ",
            Command = "a\r\n\r\nb",
            LicenseSettings = """{"LM":27000}""",
            ExtraInputFileIds = ["x", "own"],
            IsLowPriority = true,
            Tags = ["t"],
            ProjectId = "p",
        };
        var request = JobRequestBuilder.Build(spec, "v9", [new JobInputFile("own", false)]);
        var analysis = Assert.Single(request.Jobanalyses);
        Assert.Equal("Run_1", request.Name);
        Assert.Equal("a\nb", analysis.Command);
        Assert.Equal(new AnalysisReference("user_included", "v9"), analysis.Analysis);
        Assert.Equal(new Hardware(new CoreTypeReference("emerald"), 4, 1, 2), analysis.Hardware);
        Assert.Equal([new JobInputFile("own", false), new JobInputFile("x", true)], analysis.InputFiles);
        Assert.Equal("27000", analysis.EnvVars["LM"]);
        Assert.False(analysis.UseRescaleLicense);
        Assert.True(request.IsLowPriority);
        Assert.Equal("p", request.ProjectId);
        Assert.Null(JobRequestBuilder.Build(Good, "", []).Jobanalyses[0].Analysis.Version);
    }
}
