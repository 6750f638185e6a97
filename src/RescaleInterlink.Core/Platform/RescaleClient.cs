using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>The Rescale REST API: one client per resource over one authenticated, retrying chain. Thread-safe.</summary>
public sealed class RescaleClient : IDisposable
{
    private readonly HttpMessageInvoker _chain;

    /// <param name="platform">Base address, already checked by <see cref="Configuration.PlatformAddress"/>.</param>
    /// <param name="transport">The end of the chain; it is disposed with the client.</param>
    /// <param name="policy">Null for the documented defaults.</param>
    /// <exception cref="RescaleException">ApiKeyRejected for a key that no header can carry.</exception>
    public RescaleClient(Uri platform, ApiKey apiKey, HttpMessageHandler transport, TimeProvider? time = null, ApiPolicy? policy = null)
        : this(platform, apiKey, transport, time ?? TimeProvider.System, policy ?? new ApiPolicy(), Random.Shared.NextDouble)
    {
    }

    internal RescaleClient(Uri platform, ApiKey apiKey, HttpMessageHandler transport, TimeProvider time, ApiPolicy policy, Func<double> random)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(apiKey);
        if (!apiKey.IsUsable)
            throw new RescaleException(ErrorIds.ApiKeyRejected, ErrorKind.Authentication, "The API key is empty or has characters that no key has.", "Give the key exactly as the platform shows it.");
        Platform = platform;
        _chain = new HttpMessageInvoker(new AuthenticationHandler(platform, apiKey, new RetryHandler(policy, time, random, transport)));
        var channel = new ApiChannel(platform, apiKey, _chain, policy, time);
        Users = new UsersClient(channel);
        Files = new FilesClient(channel);
        Folders = new FoldersClient(channel);
        Jobs = new JobsClient(channel);
        Catalog = new CatalogClient(channel);
    }

    public Uri Platform { get; }
    public UsersClient Users { get; }
    public FilesClient Files { get; }
    public FoldersClient Folders { get; }
    public JobsClient Jobs { get; }
    public CatalogClient Catalog { get; }

    public void Dispose() => _chain.Dispose();
}
