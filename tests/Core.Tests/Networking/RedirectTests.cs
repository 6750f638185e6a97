using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Core.Tests.Storage;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Networking;

/// <summary>A redirect carries neither key nor token nor data anywhere.</summary>
public class RedirectTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Nobody_follows_one(int status)
    {
        await using var elsewhere = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"id":"f1"}"""));
        await using var server = ScriptedServer.InTurn(r => r.SendAsync(status, [], $"Location: {elsewhere.Url}stolen"));
        using var client = Clients.For(server);
        Assert.Equal(ErrorIds.PlatformProtocol, (await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default))).ErrorId);
        Assert.Equal(ErrorIds.PlatformProtocol, (await Assert.ThrowsAsync<RescaleException>(() => client.Files.AddTagAsync("f1", "t", default))).ErrorId);

        using var factory = new ObjectStoreFactory(HttpTransport.Create(new NetworkOptions()), S3Scripting.Hasty, S3Scripting.Patient);
        await using var s3 = factory.OpenS3(S3Scripting.Describe(server.Url), (_, _) => Task.FromResult(S3Scripting.Keys()));
        await using var azure = factory.OpenAzure(new AzureStoreDescription("account", "container", server.Url), (_, _) => Task.FromResult(new SasCredentials("sig=secret", true, DateTimeOffset.MaxValue)));
        foreach (var store in new[] { s3, azure })
        {
            Assert.Equal(ErrorIds.StorageRejected, (await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("k", default))).ErrorId);
            Assert.Equal(ErrorIds.StorageRejected, (await Assert.ThrowsAsync<RescaleException>(() => store.PutAsync("k", new byte[1000], S3Scripting.Metadata(), default))).ErrorId);
        }

        Assert.Equal(6, server.Requests.Count);
        Assert.Empty(elsewhere.Requests);
    }
}
