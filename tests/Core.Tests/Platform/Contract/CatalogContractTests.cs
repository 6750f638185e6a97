using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.Contract;

/// <summary>The catalogue, against the real sandbox.</summary>
public class CatalogContractTests(SharedSandbox shared)
{
    [Fact]
    [Endpoint("C1", "C2")]
    public async Task Core_types_are_active_unless_all_are_wanted_and_have_prices_in_the_older_listing()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var catalog = session.Client.Catalog;
        var active = await catalog.ListCoreTypesAsync(includeInactive: false, default).ToListAsync();
        var all = await catalog.ListCoreTypesAsync(includeInactive: true, default).ToListAsync();
        Assert.True(active.Count < all.Count);
        Assert.All(active, static type => Assert.True(type.IsActive));
        Assert.Contains(all, static type => !type.IsActive);
        Assert.All(all, static type => Assert.True(type is { Name.Length: > 0, Cores.Count: > 0, Price: null }));
        var priced = await catalog.ListPricedCoreTypesAsync(includeInactive: true, default).ToListAsync();
        Assert.Equal(all.Select(static type => type.Code), priced.Select(static type => type.Code));
        Assert.All(priced, static type => Assert.True(type is { Price: > 0, LowPriorityPrice: > 0, WalltimeRequired: true }));
    }

    [Fact]
    [Endpoint("C3")]
    public async Task Software_is_listed_over_all_pages_with_versions_and_what_they_run_on()
    {
        var sandbox = await shared.GetAsync();
        await using var session = await sandbox.ConnectAsync();
        var software = await session.Client.Catalog.ListAnalysesAsync(default).ToListAsync();
        Assert.True(software.Count > 25, "The list has only one page.");
        Assert.Equal(software.Count, software.Select(static analysis => analysis.Code).Distinct().Count());
        var openFoam = Assert.Single(software, static analysis => analysis.Code == "openfoam");
        Assert.Equal(("10", "10-foundation"), (openFoam.Versions[0].Version, openFoam.Versions[0].VersionCode));
        Assert.Contains("emerald", openFoam.Versions[0].AllowedCoreTypes);
        Assert.NotNull(openFoam.VendorName);
    }

    [Theory]
    [Endpoint("C5")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Automations_come_as_an_array_or_in_pages(bool paged)
    {
        await using var own = paged ? await SandboxFixture.StartAsync(new SandboxOptions { PagedAutomations = true }) : null;
        await using var session = await (own ?? await shared.GetAsync()).ConnectAsync();
        var automations = await session.Client.Catalog.ListAutomationsAsync(default).ToListAsync();
        Assert.Equal(["pre", "post"], automations.Select(static automation => automation.ExecuteOn));
        Assert.Equal(new AutomationVariable("RECORD_NAME", "environment"), Assert.Single(automations[0].EnvironmentVariables));
        Assert.Equal("linux", automations[0].OsFamily);
    }
}
