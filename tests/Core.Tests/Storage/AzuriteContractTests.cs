using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class AzuriteContractTests(RealServers servers)
{
    public static TheoryData<string> Checks => [.. ObjectStoreContract.Checks.Keys];

    [Theory, MemberData(nameof(Checks))]
    public async Task Azure_Blob_keeps_the_contract(string check)
    {
        await using var stores = await AzuriteStores.OpenAsync(await servers.GetAzuriteAsync());
        await ObjectStoreContract.Checks[check](stores.Store);
    }
}
