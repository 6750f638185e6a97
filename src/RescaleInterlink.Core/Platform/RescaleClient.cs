using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Platform;

/// <summary>The Rescale REST API: one client per resource over one authenticated, retrying chain. Thread-safe.</summary>
public sealed class RescaleClient : IDisposable
{
    private readonly HttpMessageInvoker _chain;
    private readonly RateLimiter _limiter;

    /// <param name="platform">Base address, already checked by <see cref="Configuration.PlatformAddress"/>.</param>
    /// <param name="transport">The end of the chain; it is disposed with the client.</param>
    /// <param name="policy">Null for the documented defaults.</param>
    /// <param name="stateFolder">Full path of the folder in which the processes of this user share the rate limits; null shares them within this process only.</param>
    /// <exception cref="RescaleException">ApiKeyRejected for a key that no header can carry.</exception>
    public RescaleClient(Uri platform, ApiKey apiKey, HttpMessageHandler transport, TimeProvider? time = null, ApiPolicy? policy = null, string? stateFolder = null)
        : this(platform, apiKey, transport, time ?? TimeProvider.System, policy ?? new ApiPolicy(), System.Random.Shared.NextDouble, stateFolder)
    {
    }

    internal RescaleClient(Uri platform, ApiKey apiKey, HttpMessageHandler transport, TimeProvider time, ApiPolicy policy, Func<double> random, string? stateFolder = null)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(apiKey);
        if (!apiKey.IsUsable)
            throw new RescaleException(ErrorIds.ApiKeyRejected, ErrorKind.Authentication, "The API key is empty or has characters that no key has.", "Give the key exactly as the platform shows it.");
        Platform = platform;
        Policy = policy;
        Time = time;
        Random = random;
        _limiter = new RateLimiter(platform, apiKey, stateFolder, time);
        // A sandbox says by its profile whether it has limits, and how fast its clock goes.
        if (!PlatformAddress.IsLoopback(platform))
            _limiter.Enable(1);
        var retrying = new RetryHandler(policy, time, random, new CircuitBreaker(platform.Authority, time), new ThrottleHandler(time, transport));
        _chain = new HttpMessageInvoker(new AuthenticationHandler(platform, apiKey, new RateLimitHandler(_limiter, time, retrying)));
        var channel = new ApiChannel(platform, apiKey, _chain, policy, time, random);
        Users = new UsersClient(channel);
        Files = new FilesClient(channel);
        Folders = new FoldersClient(channel);
        Trash = new TrashClient(channel);
        Jobs = new JobsClient(channel);
        Catalog = new CatalogClient(channel);
        Workspaces = new WorkspacesClient(channel);
    }

    public Uri Platform { get; }
    internal ApiPolicy Policy { get; }
    internal TimeProvider Time { get; }

    /// <summary>Uniform in [0, 1); the jitter.</summary>
    internal Func<double> Random { get; }

    public UsersClient Users { get; }
    public FilesClient Files { get; }
    public FoldersClient Folders { get; }
    public TrashClient Trash { get; }
    public JobsClient Jobs { get; }
    public CatalogClient Catalog { get; }
    public WorkspacesClient Workspaces { get; }

    /// <summary>Takes over the rate limits that a profile names. Only a loopback platform is believed; a real one has the
    /// documented limits whatever it says.</summary>
    public void UseLimitsOf(UserProfile user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (PlatformAddress.IsLoopback(Platform) && user.DefaultStorage.ConnectionSettings?.RateLimitScale is > 0 and var scale)
            // The call that brought the profile is the first that counts.
            _limiter.Enable(scale, madeByUser: 1);
    }

    /// <summary>How much of each rate limit is left; it takes no token and calls nobody.</summary>
    public Task<IReadOnlyList<RateLimitStatus>> GetRateLimitsAsync() => _limiter.GetStatusAsync();

    public void Dispose()
    {
        _chain.Dispose();
        _limiter.Dispose();
    }
}
