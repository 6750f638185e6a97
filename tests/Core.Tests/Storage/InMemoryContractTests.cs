using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class InMemoryContractTests
{
    public static TheoryData<string> Checks => [.. ObjectStoreContract.Checks.Keys];

    [Theory, MemberData(nameof(Checks))]
    public async Task The_store_in_memory_keeps_the_contract(string check)
    {
        await using var store = new InMemoryObjectStore();
        await ObjectStoreContract.Checks[check](store);
    }
}
