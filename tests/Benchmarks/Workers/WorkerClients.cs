using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.S3;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>Clients that stay open from one order to the next, as they do in a session.</summary>
internal sealed class WorkerClients : IAsyncDisposable
{
    private readonly ObjectStoreFactory _factory = new(new NetworkOptions());
    private readonly ConcurrentDictionary<(Uri, string), IObjectStore> _stores = new();
    private readonly ConcurrentDictionary<Uri, AmazonS3Client> _sdks = new();

    /// <summary>Our own store client, as the engine is given it.</summary>
    public IObjectStore Store(WorkOrder order) => _stores.GetOrAdd((order.Endpoint!, order.Bucket), at => order.Sas is { } sas ? _factory.OpenAzure(
        new AzureStoreDescription("devstoreaccount1", at.Item2, at.Item1),
        (_, _) => Task.FromResult(new SasCredentials(sas, CoversContainer: true, DateTimeOffset.UtcNow.AddHours(6)))) : _factory.OpenS3(
        new StoreDescription("us-east-1", at.Item2, at.Item1),
        static (_, _) => Task.FromResult(new S3Credentials("bench", "benchsecret", "", DateTimeOffset.UtcNow.AddHours(12)))));

    /// <summary>The SDK as its users have it, but for the endpoint.</summary>
    public AmazonS3Client Sdk(WorkOrder order) => _sdks.GetOrAdd(order.Endpoint!, static endpoint => new AmazonS3Client(
        new BasicAWSCredentials("bench", "benchsecret"),
        new AmazonS3Config { ServiceURL = endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true }));

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values) await store.DisposeAsync();
        foreach (var sdk in _sdks.Values) sdk.Dispose();
        _factory.Dispose();
    }
}
