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
    public IObjectStore OpenS3(StoreDescription store, CredentialSource credentials) => new RetryingObjectStore(
        new S3.S3ObjectStore(store, new CredentialCache(credentials, _retries.Time), _http, _timeouts, _retries.Time), _retries);

    public void Dispose() => _http.Dispose();
}
