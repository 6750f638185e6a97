using RescaleInterlink.Testing;

[assembly: AssemblyFixture(typeof(RescaleInterlink.Core.Tests.Storage.RealServers))]

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>Servers that somebody else wrote, each started by the first test that needs it.</summary>
public sealed class RealServers : IAsyncDisposable
{
    private readonly Lazy<Task<ServerProcess>> _azurite = new(() => ServerProcess.StartAsync("azurite.sh"));
    private readonly Lazy<Task<ServerProcess>> _swift = new(() => ServerProcess.StartAsync("swift.sh"));

    /// <summary>Address of Azurite; skips the test when it is not installed.</summary>
    public Task<Uri> GetAzuriteAsync() => GetAsync(_azurite);

    /// <summary>Address of Swift's S3 API; skips the test when it is not installed.</summary>
    public Task<Uri> GetSwiftAsync() => GetAsync(_swift);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { _azurite, _swift })
        {
            if (server.IsValueCreated && server.Value.IsCompletedSuccessfully) await (await server.Value).DisposeAsync();
        }
    }

    private static async Task<Uri> GetAsync(Lazy<Task<ServerProcess>> server)
    {
        var process = await server.Value;
        Assert.SkipWhen(process.Url is null, process.Missing ?? "");
        return process.Url!;
    }
}
