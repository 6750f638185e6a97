using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Core.Tests.Jobs;

public sealed class JobTextTests
{
    [Fact]
    public void Commands_are_sanitised_as_in_all_vectors()
    {
        foreach (var vector in Vectors.Section("commandSanitising").EnumerateArray())
            Assert.Equal(vector.GetProperty("result").GetString(), JobText.SanitizeCommand(vector.GetProperty("input").GetString()));
    }

    [Fact]
    public void Spacing_is_kept_on_request()
        => Assert.Equal("cat <<E\n  two  blanks\n\nE", JobText.SanitizeCommand(" cat <<E\r\n  two  blanks\r\n\r\nE\r\n", keepSpacing: true));

    [Fact]
    public void Submit_modes_are_read_as_in_all_vectors()
    {
        foreach (var vector in Vectors.Section("smallRules").GetProperty("submitModes").EnumerateArray())
        {
            var known = SubmitModes.TryParse(vector.GetProperty("value").GetString(), out var mode);
            var word = !known ? "invalid" : mode == SubmitMode.CreateOnly ? "create_only" : "submit";
            Assert.Equal(vector.GetProperty("mode").GetString(), word);
        }
    }

    [Fact]
    public void Walltime_is_rounded_as_in_all_vectors()
    {
        foreach (var vector in Vectors.Section("smallRules").GetProperty("walltimeHoursToApi").EnumerateArray())
            Assert.Equal(vector.GetProperty("api").GetInt32(), JobRequestBuilder.RoundWalltime(vector.GetProperty("hours").GetDouble()));
    }

    [Theory]
    [InlineData("Completed", null, true)]
    [InlineData("completed ", "", true)]
    [InlineData("Completed", "Completed successfully", true)]
    [InlineData("Completed", "Completed successfully.", true)]
    [InlineData("Completed", "A run failed: exit code 1", false)]
    [InlineData("Stopped", "", false)]
    [InlineData("Failed", "Completed successfully", false)]
    [InlineData(null, null, false)]
    public void Success_is_a_completion_whose_reason_does_not_say_otherwise(string? status, string? reason, bool success)
        => Assert.Equal(success, JobStates.IsSuccess(status, reason));

    [Theory]
    [InlineData("Completed", true)]
    [InlineData("FAILED", true)]
    [InlineData("Stopped", true)]
    [InlineData("force stopped", true)]
    [InlineData("Terminated", true)]
    [InlineData("Executing", false)]
    [InlineData("Waiting for Moon", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Unknown_words_are_jobs_that_go_on(string? status, bool terminal) => Assert.Equal(terminal, JobStates.IsTerminal(status));

    [Fact]
    public void License_settings_become_plain_text()
    {
        var variables = LicenseSettings.Parse(
            """{"A":"27000@lic","B":27000,"C":12345678,"D":27000.0,"E":1e6,"F":0.5,"G":null,"H":true,"I":123456789012345678901234567890123}""");
        Assert.Equal(
            ["27000@lic", "27000", "12345678", "27000", "1000000", "0.5", "", "true", "123456789012345678901234567890123"],
            variables.Values);
        Assert.Empty(LicenseSettings.Parse(" "));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    [InlineData("{\"A\":{}}")]
    [InlineData("{\"A\":\"topsecret\"")]
    public void Unusable_license_settings_are_refused_without_quoting_them(string json)
    {
        var error = Assert.Throws<RescaleException>(() => LicenseSettings.Parse(json));
        Assert.Equal(ErrorIds.JobSpecInvalid, error.ErrorId);
        Assert.DoesNotContain("topsecret", error.Message, StringComparison.Ordinal);
    }
}
