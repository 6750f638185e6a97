using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Networking;

public class FipsModeTests
{
    private static readonly Uri Government = new("https://itar.rescale-gov.com/");
    private static readonly Uri Itar = new("https://itar.rescale.com/");
    private static readonly Uri Commercial = new("https://platform.rescale.com/");

    [Theory]
    [InlineData("1\n", true)]
    [InlineData("0\n", false)]
    [InlineData("", false)]
    public void The_kernel_tells_by_a_file(string content, bool expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("fips_enabled"), content);
        Assert.Equal(new FipsMode(expected, folder.File("fips_enabled")), FipsMode.FromKernel(folder.File("fips_enabled")));
    }

    [Fact]
    public void A_kernel_without_that_file_has_no_such_mode_and_one_that_is_unreadable_is_not_known()
    {
        using var folder = new TemporaryFolder();
        Assert.False(FipsMode.FromKernel(folder.File("none")).IsOn);
        Assert.Null(FipsMode.FromKernel(folder.Path).IsOn);
    }

    [Fact]
    public void This_machine_is_asked_without_failing() => Assert.NotEmpty(FipsMode.Read().Source);

    [Fact]
    public void A_restricted_platform_warns_about_a_machine_without_the_mode()
    {
        foreach (var platform in new[] { Government, Itar })
        {
            var report = Assess(platform, null, machine: false);
            Assert.False(report.IsCompliant);
            Assert.True(report.IsRestrictedPlatform);
            Assert.True(report.UsesFipsStorageEndpoints);
            Assert.Contains(platform.Host, Assert.Single(report.Warnings));
            Assert.True(Assess(platform, null, machine: true).IsCompliant);
            Assert.False(Assess(platform, null, machine: null).IsCompliant);
        }

        var elsewhere = Assess(Commercial, null, machine: false);
        Assert.True(elsewhere.IsCompliant);
        Assert.False(elsewhere.IsRestrictedPlatform);
        Assert.False(elsewhere.UsesFipsStorageEndpoints);
    }

    [Fact]
    public void NTLM_is_a_problem_in_the_mode_a_warning_on_a_restricted_platform_and_else_a_fact()
    {
        Assert.Equal(FipsSeverity.Problem, Worst(Assess(Commercial, ProxyMode.Ntlm, machine: true)));
        Assert.Equal(2, Assess(Government, ProxyMode.Ntlm, machine: false).Warnings.Count());
        Assert.Equal(FipsSeverity.Information, Worst(Assess(Commercial, ProxyMode.Ntlm, machine: false)));
        Assert.Equal(FipsSeverity.Information, Worst(Assess(Government, ProxyMode.Basic, machine: true)));
    }

    [Fact]
    public void An_endpoint_given_by_hand_is_not_known_to_be_a_FIPS_one()
    {
        var report = FipsAssessment.Of(Itar, null, new Uri("https://s3.test/"), new FipsMode(true, "test"), _ => null);
        Assert.False(report.UsesFipsStorageEndpoints);
        Assert.Contains("s3.test", Assert.Single(report.Warnings));
    }

    [Fact]
    public void The_variable_of_the_Go_tool_silences_the_warnings_and_changes_no_fact()
    {
        var report = FipsAssessment.Of(Government, null, null, new FipsMode(false, "test"), name => name == "RESCALE_ALLOW_NON_FIPS" ? "true" : null);
        Assert.Empty(report.Warnings);
        Assert.False(report.IsCompliant);
        Assert.True(report.DeviationsAllowed);
    }

    private static FipsSeverity Worst(FipsAssessment report) => report.Findings.Max(static finding => finding.Severity);

    private static FipsAssessment Assess(Uri platform, ProxyMode? proxy, bool? machine)
        => FipsAssessment.Of(platform, proxy is { } mode ? new ProxySettings(mode, "p.test") : null, null, new FipsMode(machine, "test"), _ => null);
}
