using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>Stores on a real sandbox, with the credentials that it issues.</summary>
internal sealed class SandboxStores : IAsyncDisposable
{
    public const string Bucket = "sandbox";

    private readonly RescaleSession _session;
    private readonly ObjectStoreFactory _factory;
    private readonly Uri _endpoint;
    private int _fetches;

    private SandboxStores(SandboxFixture sandbox, RescaleSession session, StoreTimeouts? timeouts)
    {
        _session = session;
        _endpoint = sandbox.Instance.S3Endpoint;
        _factory = new ObjectStoreFactory(
            HttpTransport.Create(new NetworkOptions(sandbox.Instance.CertificatePath)), S3Scripting.Hasty, timeouts);
        Store = _factory.OpenS3(S3Scripting.Describe(_endpoint), FetchAsync);
    }

    public IObjectStore Store { get; }

    /// <summary>How often credentials were asked for.</summary>
    public int Fetches => _fetches;

    public static async Task<SandboxStores> OpenAsync(SandboxFixture sandbox, StoreTimeouts? timeouts = null) =>
        new(sandbox, await sandbox.ConnectAsync(), timeouts);

    /// <summary>What the bucket holds of unfinished uploads, as another client sees it.</summary>
    public async Task<int> CountUnfinishedAsync()
    {
        var keys = await FetchAsync(false, default);
        using var client = new AmazonS3Client(new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, keys.SessionToken),
            new AmazonS3Config { ServiceURL = _endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true });
        return (await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Bucket })).MultipartUploads?.Count ?? 0;
    }

    private async Task<S3Credentials> FetchAsync(bool force, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _fetches);
        var keys = await _session.Client.Users.GetStorageCredentialsAsync(null, cancellationToken);
        return new S3Credentials(keys.AccessKey!, keys.SecretKey!, keys.SessionToken!, keys.Expiration!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _factory.Dispose();
        await _session.DisposeAsync();
    }
}
