using RescaleInterlink.Configuration;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Networking;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink;

/// <summary>The one place where rooms are wired together. A cmdlet is given one of these. Thread-safe.</summary>
public sealed class RescaleSession : IDisposable, IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly string _stateFolder;
    private readonly Lazy<JobService> _jobs;
    private int _disposed;

    private RescaleSession(RescaleClient client, UserProfile user, NetworkOptions network, ConnectOptions options)
    {
        var time = _time = options.Time;
        _stateFolder = options.StateFolder ?? Configuration.StateFolder.Path;
        Client = client;
        User = user;
        Defaults = options.Defaults;
        Network = network;
        StorageEndpoint = options.StorageEndpoint;
        var checkpoints = options.StateFolder is { } state ? new CheckpointFolder(Path.Combine(state, "transfers")) : LocalTransfers.Folder;
        Library = new FileLibrary(client, network, time, checkpoints, options.StorageEndpoint);
        _jobs = new Lazy<JobService>(() => new JobService(client, Library, time, user.Company?.Code));
    }

    public Guid Id { get; } = Guid.NewGuid();
    public Uri ApiUrl => Client.Platform;

    /// <summary>How the session reaches platform and storage.</summary>
    public NetworkOptions Network { get; }

    /// <summary>Where S3 is spoken to, when the user has chosen that; else null.</summary>
    public Uri? StorageEndpoint { get; }

    /// <summary>The profile as it was when the session began.</summary>
    public UserProfile User { get; }

    /// <summary>How much a command does at once when it is not told.</summary>
    public WorkDefaults Defaults { get; }

    public RescaleClient Client { get; }
    public FileLibrary Library { get; }
    public JobService Jobs => _jobs.Value;

    /// <summary>Checks the address and the key with one call (10 s) and returns a live session.</summary>
    /// <exception cref="Errors.RescaleException">PlatformNotAllowed, PlatformUnreachable, ApiKeyRejected, ...</exception>
    public static async Task<RescaleSession> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var platform = PlatformAddress.Parse(options.ApiUrl);
        var network = new NetworkOptions(options.CertificatePath, options.Proxy);
        if (options.StorageEndpoint is { } endpoint && !StorageEndpoints.IsAllowed(endpoint))
            throw StorageEndpoints.NotAllowed(endpoint);
        var transport = HttpTransport.Create(network, decompress: true);
        RescaleClient? client = null;
        try
        {
            if (options.Proxy is { WarmUp: true, Mode: not ProxyMode.None })
                await ProxyWarmUp.RunAsync(platform, transport, options.Time, cancellationToken).ConfigureAwait(false);
            client = new RescaleClient(platform, options.ApiKey, transport, options.Time, options.Policy, options.StateFolder ?? StateFolder.Path);
            var user = await client.Users.TestConnectionAsync(cancellationToken).ConfigureAwait(false);
            client.UseLimitsOf(user);
            return new RescaleSession(client, user, network, options);
        }
        catch
        {
            if (client is null)
                transport.Dispose();
            else
                client.Dispose();
            throw;
        }
    }

    public PipelineRunner CreatePipeline() => new(Jobs, _time);

    public FolderUpload CreateFolderUpload(FolderUploadOptions options) => new(Client, Library, options);

    /// <exception cref="Errors.RescaleException">PatternInvalid, UnsafeFileName, TransferOptionInvalid.</exception>
    public ArchiveUpload CreateArchiveUpload(ArchiveUploadOptions options, CancellationToken cancellationToken) => new(Client, Library, options, cancellationToken);

    public FolderDownload CreateFolderDownload(FolderDownloadOptions options) => new(Client, Library, options);

    public JobCollection CreateJobCollection(JobCollectionOptions options) => new(Client, Library, options);

    /// <param name="optionsOf">How the local input of this path is uploaded. Called from any thread.</param>
    public JobSubmission CreateJobSubmission(TransferEngine engine, Func<string, UploadOptions> optionsOf) => new(Client, Library, Jobs, engine, optionsOf);

    public JobLog CreateJobLog() => new(Client.Jobs, Library, _time);

    /// <param name="engine">Receives the outputs.</param>
    public JobWatch CreateJobWatch(TransferEngine engine, JobWatchOptions options) => new(Client, Library, _time, _stateFolder, engine, options);

    /// <summary>An engine of its own for one command; whoever asked for it disposes it, before the session.</summary>
    public TransferEngine CreateEngine(TransferOptions options) => new(options, _time);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (_jobs.IsValueCreated)
            _jobs.Value.Dispose();
        await Library.DisposeAsync().ConfigureAwait(false);
        Client.Dispose();
    }
}
