using System.Collections.Concurrent;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Library;

/// <summary>Finds the object store of a file or of new uploads, and keeps each open for the life of the session.</summary>
internal sealed class StoreDirectory : IAsyncDisposable
{
    private const string AskForStorage = "Ask the platform's support about the storage settings of your account.";

    /// <summary>How long the platform's temporary keys live when it does not say (interop storage 7).</summary>
    private static readonly TimeSpan AssumedLifetime = TimeSpan.FromMinutes(15);

    private readonly RescaleClient _client;
    private readonly TimeProvider _time;
    private readonly ObjectStoreFactory _factory;
    private readonly Uri? _chosenEndpoint;
    private readonly ConcurrentDictionary<StoreKey, Lazy<IObjectStore>> _stores = new();

    /// <param name="chosenEndpoint">The user's own choice, which goes before the platform's.</param>
    public StoreDirectory(RescaleClient client, NetworkOptions network, TimeProvider time, Uri? chosenEndpoint = null)
    {
        _chosenEndpoint = chosenEndpoint;
        _client = client;
        _time = time;
        _factory = new ObjectStoreFactory(network, time);
    }

    /// <summary>The store that new files go to: always the user's default one.</summary>
    public IObjectStore ForUploads(UserProfile user) => Open(user.DefaultStorage, user.DefaultStorage.ConnectionSettings, null);

    /// <summary>The store a file lies in, which may be another bucket or account than the user's own (interop storage 7.3).</summary>
    public IObjectStore ForFile(PlatformFile file, UserProfile user)
    {
        var own = user.DefaultStorage;
        var storage = string.IsNullOrEmpty(file.Storage?.StorageType) ? own : file.Storage;
        // The record of a file repeats what its uploader sent, which is blank settings; of the user's own storage the profile knows better.
        var settings = storage.Id == own.Id || storage.ConnectionSettings is null ? own.ConnectionSettings : storage.ConnectionSettings;
        if (settings is not null && file.PathParts?.Container is { Length: > 0 } container)
            settings = settings with { Container = container };
        if (settings is { EndpointUrl: null })
            settings = settings with { EndpointUrl = own.ConnectionSettings?.EndpointUrl };
        var location = file is { Storage: { } named, PathParts: { } parts } ? new StorageLocation(named, parts) : null;
        return Open(storage, settings, location);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values.Where(static s => s.IsValueCreated))
            await store.Value.DisposeAsync().ConfigureAwait(false);
        _stores.Clear();
        _factory.Dispose();
    }

    private IObjectStore Open(StorageDescription storage, StorageConnection? settings, StorageLocation? location)
    {
        if (storage.StorageType != "S3Storage")
            throw new RescaleException(ErrorIds.StorageNotSupported, ErrorKind.Protocol, $"Storage of the type '{storage.StorageType}' is not supported.", "Use a workspace whose storage is Amazon S3.");
        if (settings is not { Region: { Length: > 0 } region, Container: { Length: > 0 } container })
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not name region and bucket of the storage '{storage.Id}'.", AskForStorage);
        var description = new StoreDescription(region, container, Endpoint(settings), PlatformAddress.RequiresFips(_client.Platform));
        return _stores.GetOrAdd(
            new StoreKey(storage.Id, description, location is not null),
            _ => new Lazy<IObjectStore>(() => _factory.OpenS3(description, (_, token) => FetchAsync(location, token)))).Value;
    }

    /// <summary>A real platform never chooses the endpoint: it would let a forged answer send the data anywhere.</summary>
    private Uri? Endpoint(StorageConnection settings)
    {
        if (_chosenEndpoint is not null)
            return _chosenEndpoint;
        if (string.IsNullOrEmpty(settings.EndpointUrl) || !PlatformAddress.IsLoopback(_client.Platform))
            return null;
        if (Uri.TryCreate(settings.EndpointUrl, UriKind.Absolute, out var endpoint) && StorageEndpoints.IsAllowed(endpoint))
            return endpoint;
        throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform names a storage endpoint that is neither https nor on this machine.", "Check that the address is that of a sandbox you trust.");
    }

    private async Task<StoreCredentials> FetchAsync(StorageLocation? location, CancellationToken cancellationToken)
    {
        var keys = await _client.Users.GetStorageCredentialsAsync(location, cancellationToken).ConfigureAwait(false);
        return keys is { AccessKey: { Length: > 0 } access, SecretKey: { Length: > 0 } secret }
            ? new StoreCredentials(access, secret, keys.SessionToken ?? "", keys.Expiration ?? _time.GetUtcNow() + AssumedLifetime)
            : throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform's answer about the storage credentials holds no S3 keys.", AskForStorage);
    }

    /// <param name="Located">Whether credentials are asked for with the file's place.</param>
    private sealed record StoreKey(string? StorageId, StoreDescription Store, bool Located);
}
