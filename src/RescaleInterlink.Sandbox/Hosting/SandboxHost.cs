using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Faults;
using RescaleInterlink.Sandbox.Limits;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.Rest;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.S3;

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

    /// <summary>The object storage, for tests that put objects there without a client.</summary>
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
        var runner = Own(new JobRunner(store, RunSettings(settings, folder, objects), time, log));

        runner.Recover();
        var faults = settings.AllowFaults ? new FaultPlan() : null;
        var s3Counters = new RequestCounters();
        var s3Options = new S3Options { Region = Account.Region, Buckets = [Account.Bucket] };
        var s3 = new S3Application(new S3Endpoint(objects, credentials, s3Options, time, log), s3Options, s3Counters, log, time);
        var s3Listener = Own(await Listener.StartAsync("S3", identity.S3Port, certificate, WithFaults(s3.HandleAsync, new S3FaultTarget(s3Options, credentials, objects)), log, cancellationToken));

        var account = new Account(s3Listener.Url, settings.RateLimitScale);
        var apiCounters = new RequestCounters();
        var router = Routes(account, store, objects, credentials, runner, time);
        new ControlEndpoints(folder.Path, _stop, apiCounters, s3Counters).AddTo(router);
        if (faults is not null)
            new FaultEndpoints(faults).AddTo(router);
        var limits = settings.RateLimitScale is { } scale ? new RateLimits(scale, time) : null;
        var api = new ApiApplication(router, new Authentication(identity.ApiKey), limits, apiCounters, log, time);
        var apiListener = Own(await Listener.StartAsync("API", identity.Port, certificate, WithFaults(api.HandleAsync, new ApiFaultTarget(credentials)), log, cancellationToken));

        folder.Remember(identity with { Port = apiListener.Port, S3Port = s3Listener.Port });
        runner.Start();
        Started = new SandboxStarted(apiListener.Url, s3Listener.Url, identity.ApiKey, folder.Path, Environment.ProcessId, certificate is null ? null : folder.Certificate);
        Own(StateFile.Write(settings.StateHome, Started));
        log.Note($"Started: API {apiListener.Url}, S3 {s3Listener.Url}, process {Environment.ProcessId}");

        RequestDelegate WithFaults(RequestDelegate application, FaultTarget target)
            => faults is null ? application : new FaultInjector(faults, target, time, log, application).HandleAsync;
    }

    private static Router Routes(Account account, Store store, ObjectRepository objects, TemporaryCredentials credentials, JobRunner runner, TimeProvider time)
    {
        var router = new Router();
        var views = new Views(account, store);
        new UserEndpoints(account, credentials).AddTo(router);
        new FileEndpoints(store, views, objects, time).AddTo(router);
        new FolderEndpoints(store, views, objects, time).AddTo(router);
        new TrashEndpoints(store, views, objects).AddTo(router);
        new JobEndpoints(store, runner, objects, time).AddTo(router);
        new JobV2Endpoints(store, runner, views).AddTo(router);
        new OrganizationEndpoints(store).AddTo(router);
        CatalogEndpoints.AddTo(router);
        return router;
    }

    private static RunSettings RunSettings(SandboxSettings settings, DataFolder folder, ObjectRepository objects) => new(
        objects,
        folder.Runs,
        Account.Bucket,
        Account.PathBase,
        settings.MaxRunningJobs ?? Environment.ProcessorCount,
        TimeSpan.FromSeconds(settings.WalltimeSecondsPerHour ?? 3600),
        id => Catalog.FindAutomation(id) is { } automation ? new RunAutomation(automation.Command, automation.ExecuteOn == "pre") : null);

    /// <summary>What is given wins over what is remembered.</summary>
    private static Identity Remembered(Identity? remembered, SandboxSettings settings) => new(
        settings.Port is > 0 and { } port ? port : remembered?.Port ?? 0,
        settings.S3Port is > 0 and { } s3Port ? s3Port : remembered?.S3Port ?? 0,
        settings.ApiKey ?? remembered?.ApiKey ?? RandomNumberGenerator.GetHexString(40, lowercase: true),
        settings.Https || remembered?.Https == true);

    private static void Check(SandboxSettings settings)
    {
        static SandboxStartException Wrong(string message) => new(SandboxStartException.SettingsInvalid, message);
        if (string.IsNullOrWhiteSpace(settings.Path) || string.IsNullOrWhiteSpace(settings.StateHome))
            throw Wrong("'path' and 'stateHome' must not be empty.");
        if (settings.Port is < 0 or > 65535 || settings.S3Port is < 0 or > 65535)
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
