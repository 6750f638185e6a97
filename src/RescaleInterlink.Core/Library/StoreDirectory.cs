using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Library;

/// <summary>Finds the object store of a file or of new uploads, and keeps each open for the life of the session.</summary>
internal sealed partial class StoreDirectory : IAsyncDisposable
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

    /// <summary>The store a file lies in, which may be of another kind or account than the user's own (interop storage 7.3).</summary>
    public IObjectStore ForFile(PlatformFile file, UserProfile user)
    {
        var own = user.DefaultStorage;
        var storage = string.IsNullOrEmpty(file.Storage?.StorageType) ? own : file.Storage;
        // The record of a file repeats what its uploader sent, which is blank settings; of the user's own storage the profile knows better.
        var settings = storage.Id == own.Id || storage.ConnectionSettings is null ? own.ConnectionSettings : storage.ConnectionSettings;
        if (settings is not null && file.PathParts?.Container is { Length: > 0 } container)
            settings = settings with { Container = container };
        if (settings is { EndpointUrl: null } && storage.StorageType == own.StorageType)
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

    private IObjectStore Open(StorageDescription storage, StorageConnection? settings, StorageLocation? location) => storage.StorageType switch
    {
        StorageTypes.S3 => OpenS3(storage, settings, location),
        StorageTypes.Azure => OpenAzure(storage, settings, location),
        _ => throw new RescaleException(ErrorIds.StorageNotSupported, ErrorKind.Protocol, $"Storage of the type '{storage.StorageType}' is not supported.", "Use a workspace whose storage is Amazon S3 or Azure Blob storage."),
    };

    private IObjectStore OpenS3(StorageDescription storage, StorageConnection? settings, StorageLocation? location)
    {
        if (settings is not { Region: { Length: > 0 } region, Container: { Length: > 0 } container })
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not name region and bucket of the storage '{storage.Id}'.", AskForStorage);
        var description = new StoreDescription(region, container, _chosenEndpoint ?? NamedEndpoint(settings), PlatformAddress.RequiresFips(_client.Platform));
        return _stores.GetOrAdd(
            new StoreKey(storage.Id, description, location is not null),
            _ => new Lazy<IObjectStore>(() => _factory.OpenS3(description, (_, token) => FetchKeysAsync(location, token)))).Value;
    }

    /// <remarks>The endpoint that the user chose is one of S3, and not meant here.</remarks>
    private IObjectStore OpenAzure(StorageDescription storage, StorageConnection? settings, StorageLocation? location)
    {
        var account = settings?.AccountName is { Length: > 0 } named ? named : settings?.StorageAccount;
        if (settings is not { Container: { Length: > 0 } container } || string.IsNullOrEmpty(account))
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not name account and container of the storage '{storage.Id}'.", AskForStorage);
        // It becomes part of a host name: anything else than a name would choose the host.
        if (!AzureAccountName().IsMatch(account))
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform names an Azure account for the storage '{storage.Id}' that cannot be one.", AskForStorage);
        var description = new AzureStoreDescription(account, container, NamedEndpoint(settings));
        return _stores.GetOrAdd(
            new StoreKey(storage.Id, description, location is not null),
            _ => new Lazy<IObjectStore>(() => location is null
                ? _factory.OpenAzure(description, (_, token) => FetchSasAsync(null, token))
                : _factory.OpenAzure(description, (key, _, token) =>
                    FetchSasAsync(new StorageLocation(location.Storage, new PathParts(location.PathParts.Container, key)), token)))).Value;
    }

    /// <summary>A real platform never chooses the endpoint: it would let a forged answer send the data anywhere.</summary>
    private Uri? NamedEndpoint(StorageConnection settings)
    {
        if (string.IsNullOrEmpty(settings.EndpointUrl) || !PlatformAddress.IsLoopback(_client.Platform))
            return null;
        if (Uri.TryCreate(settings.EndpointUrl, UriKind.Absolute, out var endpoint) && StorageEndpoints.IsAllowed(endpoint))
            return endpoint;
        throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform names a storage endpoint that is neither https nor on this machine.", "Check that the address is that of a sandbox you trust.");
    }

    private async Task<S3Credentials> FetchKeysAsync(StorageLocation? location, CancellationToken cancellationToken)
    {
        var keys = await _client.Users.GetStorageCredentialsAsync(location, cancellationToken).ConfigureAwait(false);
        return keys is { AccessKey: { Length: > 0 } access, SecretKey: { Length: > 0 } secret }
            ? new S3Credentials(access, secret, keys.SessionToken ?? "", keys.Expiration ?? _time.GetUtcNow() + AssumedLifetime)
            : throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform's answer about the storage credentials holds no S3 keys.", AskForStorage);
    }

    /// <summary>The token of the blob if there is one, else that of the container (interop storage 7.2).</summary>
    private async Task<SasCredentials> FetchSasAsync(StorageLocation? location, CancellationToken cancellationToken)
    {
        var answer = await _client.Users.GetStorageCredentialsAsync(location, cancellationToken).ConfigureAwait(false);
        var expires = answer.Expiration ?? _time.GetUtcNow() + AssumedLifetime;
        if (location?.PathParts.Path is { } path && answer.PathSasTokens.TryGetValue(path, out var own))
            return new SasCredentials(own, CoversContainer: false, expires);
        return answer.SasToken is { Length: > 0 } shared
            ? new SasCredentials(shared, CoversContainer: true, expires)
            : throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform's answer about the storage credentials holds no SAS token.", AskForStorage);
    }

    // https://learn.microsoft.com/azure/storage/common/storage-account-overview: 3 to 24 lower-case letters and digits.
    [GeneratedRegex("^[a-z0-9]{3,24}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AzureAccountName();

    /// <param name="Located">Whether credentials are asked for with the file's place.</param>
    private sealed record StoreKey(string? StorageId, object Store, bool Located);
}
