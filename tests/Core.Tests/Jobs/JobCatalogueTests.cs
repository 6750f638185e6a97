using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Specifications held to the catalogue of a real sandbox.</summary>
public sealed class JobCatalogueTests(OwnSandbox shared) : IClassFixture<OwnSandbox>
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("EMERALD", "emerald")]
    [InlineData(" emerald ", "emerald")]
    public async Task Codes_are_found_in_any_case(string typed, string code)
    {
        var advice = await shared.Session.Jobs.AdviseAsync(new JobSpec { CoreType = typed, AnalysisCode = "User_Included" }, Token);
        Assert.Empty(advice.Faults);
        Assert.Equal((code, "user_included"), (advice.Spec.CoreType, advice.Spec.AnalysisCode));
    }

    [Fact]
    public async Task Display_names_become_codes()
    {
        await foreach (var analysis in shared.Session.Client.Catalog.ListAnalysesAsync(Token))
        {
            var version = analysis.Versions[0];
            var advice = await shared.Session.Jobs.AdviseAsync(new JobSpec { AnalysisCode = analysis.Name!, AnalysisVersion = version.Version! }, Token);
            Assert.Empty(advice.Faults);
            Assert.Equal((analysis.Code, version.VersionCode), (advice.Spec.AnalysisCode, advice.Spec.AnalysisVersion));
        }

        await foreach (var type in shared.Session.Client.Catalog.ListCoreTypesAsync(includeInactive: true, Token))
            Assert.Equal(type.Code, (await shared.Session.Jobs.AdviseAsync(new JobSpec { CoreType = type.Name! }, Token)).Spec.CoreType);
    }

    [Fact]
    public async Task A_slip_is_answered_with_what_may_have_been_meant()
    {
        var advice = await shared.Session.Jobs.AdviseAsync(new JobSpec { CoreType = "emerlad", AnalysisCode = "pyhton" }, Token);
        Assert.Equal(["AnalysisCode", "CoreType"], advice.Faults.Select(fault => fault.Column));
        Assert.Contains("did you mean python?", advice.Faults[0].Message, StringComparison.Ordinal);
        Assert.Contains("did you mean emerald?", advice.Faults[1].Message, StringComparison.Ordinal);
        Assert.DoesNotContain("did you mean", (await shared.Session.Jobs.AdviseAsync(new JobSpec { CoreType = "zzzzzz" }, Token)).Faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_listed_is_a_warning_and_stays()
    {
        var advice = await shared.Session.Jobs.AdviseAsync(new JobSpec { AnalysisCode = "python", AnalysisVersion = "3.1x" }, Token);
        Assert.Empty(advice.Faults);
        Assert.Contains("'3.1x' is not a listed version of 'python'", Assert.Single(advice.Warnings), StringComparison.Ordinal);
        Assert.Equal("3.1x", advice.Spec.AnalysisVersion);
    }

    [Fact]
    public async Task Many_specifications_cost_one_listing_of_each_kind()
    {
        await shared.Session.Jobs.AdviseAsync(new JobSpec { CoreType = "emerald", AnalysisCode = "python" }, Token);
        var before = await CountAsync();
        for (var i = 0; i < 20; i++)
            await shared.Session.Jobs.AdviseAsync(new JobSpec { CoreType = "emerald", AnalysisCode = "python" }, Token);
        Assert.NotEqual(0, before);
        Assert.Equal(before, await CountAsync());

        async Task<long> CountAsync()
            => await shared.Sandbox.CountRequestsAsync("GET", "/api/v3/coretypes/") + await shared.Sandbox.CountRequestsAsync("GET", "/api/v3/analyses/");
    }

    [Theory]
    [InlineData("emerlad", "emerald")]
    [InlineData("emrald", "emerald")]
    [InlineData("eme", "emerald")]
    [InlineData("onix", "onyx")]
    [InlineData("moon", "")]
    [InlineData("", "")]
    public void Near_names_are_suggested(string typed, string expected)
        => Assert.Equal(expected, string.Join(",", Suggestions.Find(typed, [("emerald", "Emerald Max"), ("onyx", null), ("", null)])));
}
