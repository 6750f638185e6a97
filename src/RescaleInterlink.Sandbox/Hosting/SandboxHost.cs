using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RescaleInterlink.Sandbox.Azure;
using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Faults;
using RescaleInterlink.Sandbox.Limits;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.Rest;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.S3;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>A running sandbox: the one place where its rooms are wired together.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<object> _owned = new();

    private SandboxHost()
    {
    }

    /// <summary>What it tells its caller.</summary>
    public SandboxStarted Started { get; private set; } = null!;

    /// <summary>Process id of Azurite; null without an Azure account.</summary>
    internal int? AzuriteId { get; private set; }

    /// <summary>All storages, for tests.</summary>
    internal ObjectStorages Storages { get; private set; } = null!;

    /// <summary>The object storage of S3, for tests that put objects there without a client.</summary>
    internal ObjectRepository Objects { get; private set; } = null!;

    /// <summary>Completes when a client asked it to stop.</summary>
    public Task StopAsked => _stop.Task;

    /// <exception cref="SandboxStartException">The folder is in use, a port is taken, or a setting is wrong.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var host = new SandboxHost();
        try
        {
            await host.StartCoreAsync(settings, time, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out object? part))
        {
            if (part is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                ((IDisposable)part).Dispose();
        }
    }

    private async Task StartCoreAsync(SandboxSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        Check(settings);
        var folder = Own(DataFolder.Open(settings.Path));
        var log = Own(new FileLog(folder.Log, time));
        var identity = Remembered(folder.ReadIdentity(), settings);
        X509Certificate2? certificate = identity.Https ? Own(SelfSignedCertificate.LoadOrCreate(folder, time)) : null;

        var store = Own(new Store(folder.Journal));
        RootFolders.Ensure(store, time);
        PrivateFiles.CreateFolder(folder.Storage);
        var objects = new ObjectRepository(folder.Storage, time);
        Objects = objects;
        var credentials = new TemporaryCredentials(folder.Credentials, time);
        var azureCounters = new RequestCounters();
        var azure = identity.Azure is { } owned
            ? Own(await AzurePart.StartAsync(settings.AzuritePath, owned, Account.Bucket, folder, azureCounters, log, time, cancellationToken))
            : null;
        AzuriteId = azure?.AzuriteId;
        var storages = Storages = new ObjectStorages(new RepositoryStorage(objects), azure?.Blobs);
        var runner = Own(new JobRunner(store, RunSettings(settings, identity, folder, storages), time, log));

        runner.Recover();
        var faults = settings.AllowFaults ? new FaultPlan() : null;
        var s3Counters = new RequestCounters();
        var s3Options = new S3Options { Region = Account.Region, Buckets = [Account.Bucket] };
        var s3 = new S3Application(new S3Endpoint(objects, credentials, s3Options, time, log), s3Options, s3Counters, log, time);
        var s3Listener = await ListenAsync("S3", identity.S3Port, s3.HandleAsync, new S3FaultTarget(s3Options, ExpireCredentials, objects));
        var azureListener = azure is null ? null
            : await ListenAsync("Azure", identity.AzurePort, azure.Application.HandleAsync, new AzureFaultTarget(azure.Blobs, ExpireCredentials, time));
        string? azureEndpoint = azureListener is null ? null : $"{azureListener.Url}/{identity.Azure!.Name}";

        var account = new Account(identity.StorageType, s3Listener.Url, azureEndpoint, identity.Azure?.Name, settings.RateLimitScale);
        var apiCounters = new RequestCounters();
        var router = Routes(account, store, storages, new UserEndpoints(account, credentials, azure?.Signatures, time), runner, time);
        CatalogEndpoints.AddTo(router, settings.PagedAutomations);
        var limits = settings.RateLimitScale is { } scale ? new RateLimits(scale, time) : null;
        new ControlEndpoints(folder.Path, _stop, apiCounters, s3Counters, azureCounters, limits).AddTo(router);
        if (faults is not null)
            new FaultEndpoints(faults).AddTo(router);
        var api = new ApiApplication(router, new Authentication(identity.ApiKey), limits, apiCounters, log, time);
        var apiListener = await ListenAsync("API", identity.Port, api.HandleAsync, new ApiFaultTarget(ExpireCredentials));

        folder.Remember(identity with { Port = apiListener.Port, S3Port = s3Listener.Port, AzurePort = azureListener?.Port ?? 0 });
        runner.Start();
        Started = new SandboxStarted(
            apiListener.Url, s3Listener.Url, identity.ApiKey, folder.Path, Environment.ProcessId, certificate is null ? null : folder.Certificate,
            identity.StorageType.ToString(), azureEndpoint);
        Own(StateFile.Write(settings.StateHome, Started));
        log.Note($"Started: API {apiListener.Url}, S3 {s3Listener.Url}{(azureListener is null ? "" : $", Azure {azureEndpoint}")}, process {Environment.ProcessId}");

        async Task<Listener> ListenAsync(string name, int port, RequestDelegate application, FaultTarget target)
        {
            var handle = faults is null ? application : new FaultInjector(faults, target, time, log, application).HandleAsync;
            return Own(await Listener.StartAsync(name, port, certificate, handle, log, cancellationToken));
        }

        void ExpireCredentials()
        {
            credentials.ExpireAll();
            azure?.Signatures.ExpireAll();
        }
    }

    private static Router Routes(Account account, Store store, ObjectStorages objects, UserEndpoints user, JobRunner runner, TimeProvider time)
    {
        var router = new Router();
        var views = new Views(account, store);
        user.AddTo(router);
        new FileEndpoints(store, views, objects, account, time).AddTo(router);
        new FolderEndpoints(store, views, objects, time).AddTo(router);
        new TrashEndpoints(store, views, objects).AddTo(router);
        new JobEndpoints(store, runner, objects, time).AddTo(router);
        new JobV2Endpoints(store, runner, views).AddTo(router);
        new ClusterEndpoints(store, runner, time).AddTo(router);
        new JobControlEndpoints(store).AddTo(router);
        new OrganizationEndpoints(store).AddTo(router);
        return router;
    }

    private static RunSettings RunSettings(SandboxSettings settings, Identity identity, DataFolder folder, ObjectStorages objects) => new(
        objects,
        identity.OutputStorage ?? identity.StorageType,
        folder.Runs,
        Account.Bucket,
        Account.PathBase,
        settings.MaxRunningJobs ?? Environment.ProcessorCount,
        TimeSpan.FromSeconds(settings.WalltimeSecondsPerHour ?? 3600),
        id => Catalog.FindAutomation(id) is { } automation ? new RunAutomation(automation.Command, automation.ExecuteOn == "pre") : null);

    /// <summary>What is given wins over what is remembered. Whoever once had an Azure account keeps it: files lie there.</summary>
    private static Identity Remembered(Identity? remembered, SandboxSettings settings)
    {
        var storage = ReadKind(settings.StorageType) ?? remembered?.StorageType ?? StorageKind.S3;
        var outputs = ReadKind(settings.OutputStorage) ?? remembered?.OutputStorage;
        bool needsAzure = storage == StorageKind.Azure || outputs == StorageKind.Azure;
        return new Identity(
            settings.Port is > 0 and { } port ? port : remembered?.Port ?? 0,
            settings.S3Port is > 0 and { } s3Port ? s3Port : remembered?.S3Port ?? 0,
            settings.ApiKey ?? remembered?.ApiKey ?? RandomNumberGenerator.GetHexString(40, lowercase: true),
            settings.Https || remembered?.Https == true,
            storage,
            outputs,
            settings.AzurePort is > 0 and { } azurePort ? azurePort : remembered?.AzurePort ?? 0,
            remembered?.Azure ?? (needsAzure ? AzureAccount.Create() : null));
    }

    private static StorageKind? ReadKind(string? text) => text is null ? null
        : Enum.GetValues<StorageKind>().Cast<StorageKind?>().FirstOrDefault(kind => text.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase))
            ?? throw new SandboxStartException(SandboxStartException.SettingsInvalid, "'storageType' and 'outputStorage' are 'S3' or 'Azure'.");

    private static void Check(SandboxSettings settings)
    {
        static SandboxStartException Wrong(string message) => new(SandboxStartException.SettingsInvalid, message);
        if (string.IsNullOrWhiteSpace(settings.Path) || string.IsNullOrWhiteSpace(settings.StateHome))
            throw Wrong("'path' and 'stateHome' must not be empty.");
        if (settings.Port is < 0 or > 65535 || settings.S3Port is < 0 or > 65535 || settings.AzurePort is < 0 or > 65535)
            throw Wrong("A port is a number from 0 to 65535.");
        if (settings.MaxRunningJobs is < 1)
            throw Wrong("'maxRunningJobs' is at least 1.");
        if (settings.RateLimitScale is <= 0 || settings.WalltimeSecondsPerHour is <= 0)
            throw Wrong("'rateLimitScale' and 'walltimeSecondsPerHour' are greater than 0.");
        if (settings.ApiKey is { } key && (key.Length == 0 || key.Any(letter => letter is < '!' or > '~')))
            throw Wrong("'apiKey' consists of printable characters without spaces.");
    }

    private T Own<T>(T part)
        where T : class
    {
        _owned.Push(part);
        return part;
    }
}
