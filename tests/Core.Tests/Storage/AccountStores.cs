using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>The store that a sandbox's profile names, S3 or Azure, with the credentials that it issues and no waits between attempts.</summary>
internal sealed class AccountStores : IAsyncDisposable
{
    private readonly RescaleSession _session;
    private readonly ObjectStoreFactory _factory;
    private int _fetches;

    private AccountStores(SandboxFixture sandbox, RescaleSession session, StoreTimeouts? timeouts)
    {
        _session = session;
        _factory = new ObjectStoreFactory(HttpTransport.Create(new NetworkOptions(sandbox.Instance.CertificatePath)), S3Scripting.Hasty, timeouts);
        var settings = session.User.DefaultStorage.ConnectionSettings!;
        Store = sandbox.Instance.StorageType == SandboxStorage.Azure
            ? _factory.OpenAzure(new AzureStoreDescription(settings.AccountName ?? settings.StorageAccount!, settings.Container!, new Uri(settings.EndpointUrl!)), FetchSasAsync)
            : _factory.OpenS3(S3Scripting.Describe(sandbox.Instance.S3Endpoint), FetchKeysAsync);
    }

    public IObjectStore Store { get; }

    /// <summary>How often credentials were asked for.</summary>
    public int Fetches => _fetches;

    public static async Task<AccountStores> OpenAsync(SandboxFixture sandbox, StoreTimeouts? timeouts = null) =>
        new(sandbox, await sandbox.ConnectAsync(), timeouts);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _factory.Dispose();
        await _session.DisposeAsync();
    }

    private async Task<S3Credentials> FetchKeysAsync(bool force, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _fetches);
        var keys = await _session.Client.Users.GetStorageCredentialsAsync(null, cancellationToken);
        return new S3Credentials(keys.AccessKey!, keys.SecretKey!, keys.SessionToken!, keys.Expiration!.Value);
    }

    private async Task<SasCredentials> FetchSasAsync(bool force, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _fetches);
        var keys = await _session.Client.Users.GetStorageCredentialsAsync(null, cancellationToken);
        return new SasCredentials(keys.SasToken!, CoversContainer: true, keys.Expiration!.Value);
    }
}
