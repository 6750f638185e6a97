using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class SandboxContractTests(SharedSandbox shared)
{
    public static TheoryData<string> Checks => [.. ObjectStoreContract.Checks.Keys];

    [Theory, MemberData(nameof(Checks))]
    public async Task S3_of_the_sandbox_keeps_the_contract(string check)
    {
        await using var stores = await SandboxStores.OpenAsync(await shared.GetAsync());
        await ObjectStoreContract.Checks[check](stores.Store);
    }
}
