using RescaleInterlink.Networking;

namespace RescaleInterlink.Storage;

/// <summary>Opens stores that share one pool of connections. One per session; dispose it after its stores.</summary>
public sealed class ObjectStoreFactory : IDisposable
{
    private readonly HttpClient _http;
    private readonly RetryPolicy _retries;
    private readonly StoreTimeouts _timeouts;

    public ObjectStoreFactory(NetworkOptions network, TimeProvider? time = null)
        : this(HttpTransport.Create(network), RetryPolicy.Default with { Time = time ?? TimeProvider.System })
    {
    }

    /// <param name="handler">Owned by this factory.</param>
    public ObjectStoreFactory(HttpMessageHandler handler, RetryPolicy retries, StoreTimeouts? timeouts = null)
    {
        // Time-outs belong to each request, by activity.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _retries = retries;
        _timeouts = timeouts ?? StoreTimeouts.Default;
    }

    /// <summary>A bucket, with retries and credentials that renew themselves.</summary>
    public IObjectStore OpenS3(StoreDescription store, CredentialSource<S3Credentials> credentials) => new RetryingObjectStore(
        new S3.S3ObjectStore(store, new CredentialCache<S3Credentials>(credentials, _retries.Time), _http, _timeouts, _retries.Time), _retries);

    /// <summary>A container of an Azure account, with one SAS for all of it.</summary>
    public IObjectStore OpenAzure(AzureStoreDescription store, CredentialSource<SasCredentials> credentials) =>
        OpenAzure(store, new AzureBlob.SasTokens(credentials, _retries.Time));

    /// <summary>The same, with a SAS for each blob; unfinished uploads cannot be listed.</summary>
    public IObjectStore OpenAzure(AzureStoreDescription store, BlobCredentialSource credentials) =>
        OpenAzure(store, new AzureBlob.SasTokens(credentials, _retries.Time));

    private RetryingObjectStore OpenAzure(AzureStoreDescription store, AzureBlob.SasTokens tokens) =>
        new(new AzureBlob.AzureBlobStore(store, tokens, _http, _timeouts, _retries.Time), _retries);

    public void Dispose() => _http.Dispose();
}
