using RescaleInterlink.Core.Tests.Transfers;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class SandboxContractTests(SharedSandbox shared)
{
    public static TheoryData<string> Checks => [.. ObjectStoreContract.Checks.Keys];

    [Theory, MemberData(nameof(Checks))]
    public async Task S3_of_the_sandbox_keeps_the_contract(string check)
    {
        await using var stores = await AccountStores.OpenAsync(await shared.GetAsync());
        await ObjectStoreContract.Checks[check](stores.Store);
    }
}

/// <summary>Through the sandbox's own port, with the signatures that it issues, and not to Azurite behind it.</summary>
public class AzureSandboxContractTests(AzureSandboxContractTests.Own own) : IClassFixture<AzureSandboxContractTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.Azure);

    public static TheoryData<string> Checks => [.. ObjectStoreContract.Checks.Keys];

    [Theory, MemberData(nameof(Checks))]
    public async Task Azure_of_the_sandbox_keeps_the_contract(string check)
    {
        await using var account = await AccountStores.OpenAsync(own.Get());
        await ObjectStoreContract.Checks[check](account.Store);
    }
}
