using Azure.Storage.Sas;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Storage.AzureBlob;

namespace RescaleInterlink.Core.Tests.Storage;

public class AzureBlobStoreTests(RealServers servers)
{
    [Fact]
    public void Blocks_are_named_as_the_vectors_say()
    {
        foreach (var number in new[] { 1, 2, 10_000, 50_000 }) Assert.Equal(number, BlockIds.PartNumberOf(BlockIds.Of(number)));
        Assert.Equal("YmxvY2stMDAwMDAwMDAwMA==", BlockIds.Of(1));
        Assert.Null(BlockIds.PartNumberOf("b3RoZXI="));
        Assert.Null(BlockIds.PartNumberOf("YmxvY2stMDAwMDAw"));
        Assert.Null(BlockIds.PartNumberOf("not base64!"));
    }

    [Theory]
    [InlineData(null, "https://account1.blob.core.windows.net/container")]
    [InlineData("http://127.0.0.1:1234", "http://127.0.0.1:1234/account1/container")]
    [InlineData("http://127.0.0.1:1234/devstoreaccount1", "http://127.0.0.1:1234/devstoreaccount1/container")]
    public void The_address_holds_the_account_once(string? endpoint, string expected) =>
        Assert.Equal(expected, new AzureStoreDescription("account1", "container", endpoint is null ? null : new Uri(endpoint)).ContainerAddress.AbsoluteUri);

    [Fact]
    public async Task Metadata_is_found_in_whatever_case_the_service_sends_it()
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Properties(5));
        await using var store = AzureScripting.Open(server.Url);
        var found = await store.GetPropertiesAsync("key", default);
        Assert.Equal(("aXY=", "cbc", 5), (found.Metadata["iv"], found.Metadata["streamingformat"], found.Length));
    }

    [Fact]
    public async Task Credentials_that_may_only_read_read_and_list_nothing()
    {
        await using var stores = await AzuriteStores.OpenAsync(await servers.GetAzuriteAsync());
        await stores.Store.PutAsync("x/a b", new byte[20], S3Scripting.Metadata(), default);
        await using var reader = stores.Open(BlobContainerSasPermissions.Read);
        await reader.ReadRangeAsync("x/a b", 0, new byte[20], null, default);
        await foreach (var upload in reader.ListUploadsAsync("", default)) Assert.Fail(upload.Key);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => reader.PutAsync("x/b", new byte[5], S3Scripting.Metadata(), default));
        Assert.Equal(ErrorIds.StorageCredentialsRejected, failure.ErrorId);
        Assert.DoesNotContain("sig=", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_is_over_is_refused()
    {
        await using var stores = await AzuriteStores.OpenAsync(await servers.GetAzuriteAsync());
        await using var late = stores.Open(BlobContainerSasPermissions.All, TimeSpan.FromMinutes(-5));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => late.GetPropertiesAsync("a", default));
        Assert.Equal(ErrorIds.StorageCredentialsRejected, failure.ErrorId);
    }

    [Fact]
    public async Task A_signature_of_one_blob_opens_that_blob()
    {
        await using var stores = await AzuriteStores.OpenAsync(await servers.GetAzuriteAsync());
        foreach (var key in new[] { "x/a b", "x/c+ü" }) await stores.Store.PutAsync(key, new byte[20], S3Scripting.Metadata(), default);
        var fetched = new List<string>();
        await using var store = stores.OpenByBlob(fetched);
        foreach (var key in new[] { "x/a b", "x/c+ü", "x/a b" })
        {
            await store.GetPropertiesAsync(key, default);
            await store.ReadRangeAsync(key, 0, new byte[20], null, default);
        }

        Assert.Equal(["x/a b", "x/c+ü"], fetched);
        Assert.False(store.Capabilities.Has(StoreFeatures.ListUploads));
    }
}
