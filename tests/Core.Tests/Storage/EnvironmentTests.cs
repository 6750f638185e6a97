using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>Changes the process's environment, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(EnvironmentTests), DisableParallelization = true)]
[Collection(nameof(EnvironmentTests))]
public class EnvironmentTests(SharedSandbox shared)
{
    [Fact]
    public async Task Nothing_is_taken_from_the_environment()
    {
        // Process-wide, and so poisonous that any use of it breaks every request.
        var poison = new Dictionary<string, string>
        {
            ["AWS_REGION"] = "nowhere-1",
            ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1",
            ["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:1",
            ["AWS_ACCESS_KEY_ID"] = "wrong",
            ["AWS_SECRET_ACCESS_KEY"] = "wrong",
            ["AWS_USE_FIPS_ENDPOINT"] = "true",
            ["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_supported",
            ["AWS_MAX_ATTEMPTS"] = "7",
            ["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"] = "false",
            ["AWS_PROFILE"] = "none-such",
        };
        try
        {
            foreach (var (name, value) in poison) Environment.SetEnvironmentVariable(name, value);
            await using var stores = await AccountStores.OpenAsync(await shared.GetAsync());
            await ObjectStoreContract.PutAndReadBack(stores.Store);
        }
        finally
        {
            foreach (var name in poison.Keys) Environment.SetEnvironmentVariable(name, null);
        }
    }
}
