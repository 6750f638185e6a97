using Amazon.Runtime;
using Amazon.S3;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Benchmarks;

/// <summary>The sandbox's S3, for our store and for a plain SDK client.</summary>
internal sealed class SandboxTarget : IAsyncDisposable
{
    public const string Bucket = "sandbox";

    private readonly ObjectStoreFactory _factory = new(new NetworkOptions());
    private SandboxFixture _sandbox = null!;
    private RescaleSession _session = null!;

    public IObjectStore Store { get; private set; } = null!;

    public static async Task<SandboxTarget> StartAsync()
    {
        var target = new SandboxTarget { _sandbox = await SandboxFixture.StartAsync() };
        target._session = await target._sandbox.ConnectAsync();
        target.Store = target._factory.OpenS3(
            new StoreDescription("us-east-1", Bucket, target._sandbox.Instance.S3Endpoint), (_, token) => target.FetchAsync(token));
        return target;
    }

    /// <summary>The SDK as its users have it.</summary>
    public async Task<AmazonS3Client> OpenClientAsync()
    {
        var keys = await FetchAsync(default);
        return new AmazonS3Client(new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, keys.SessionToken),
            new AmazonS3Config { ServiceURL = _sandbox.Instance.S3Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true });
    }

    public Task SetFaultsAsync(params string[] rules) => _sandbox.SetFaultsAsync(rules);

    private async Task<S3Credentials> FetchAsync(CancellationToken cancellationToken)
    {
        var keys = await _session.Client.Users.GetStorageCredentialsAsync(null, cancellationToken);
        return new S3Credentials(keys.AccessKey!, keys.SecretKey!, keys.SessionToken!, keys.Expiration!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _session.DisposeAsync();
        _factory.Dispose();
        await _sandbox.DisposeAsync();
    }
}
