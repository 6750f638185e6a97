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
    private readonly ConcurrentDictionary<StoreKey, SasBatches> _batches = new();

    /// <param name="chosenEndpoint">The user's own choice, which goes before the platform's.</param>
    public StoreDirectory(RescaleClient client, NetworkOptions network, TimeProvider time, Uri? chosenEndpoint = null)
    {
        _chosenEndpoint = chosenEndpoint;
        _client = client;
        _time = time;
        _factory = new ObjectStoreFactory(network, time);
    }

    /// <summary>The store that new files go to: always the user's default one.</summary>
    public IObjectStore ForUploads(UserProfile user) => Open(user.DefaultStorage, user.DefaultStorage.ConnectionSettings, null, out _);

    /// <summary>Tells which files are going to be fetched: where each needs a key of its own, many keys then come with one call.</summary>
    public void Announce(IEnumerable<PlatformFile> files, UserProfile user)
    {
        foreach (var file in files)
        {
            if (file is not { Storage: not null, PathParts.Path: { Length: > 0 } path })
                continue;
            try
            {
                _ = ForFile(file, user, out var key);
                if (_batches.TryGetValue(key, out var batches))
                    batches.Announce(path);
            }
            catch (RescaleException)
            {
                // A file whose storage cannot be opened: its own download says so, and the others are none the worse for it.
            }
        }
    }

    /// <summary>The store a file lies in, which may be of another kind or account than the user's own (interop storage 7.3).</summary>
    public IObjectStore ForFile(PlatformFile file, UserProfile user) => ForFile(file, user, out _);

    private IObjectStore ForFile(PlatformFile file, UserProfile user, out StoreKey key)
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
        return Open(storage, settings, location, out key);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values.Where(static s => s.IsValueCreated))
            await store.Value.DisposeAsync().ConfigureAwait(false);
        _stores.Clear();
        foreach (var batches in _batches.Values)
            batches.Dispose();
        _batches.Clear();
        _factory.Dispose();
    }

    private IObjectStore Open(StorageDescription storage, StorageConnection? settings, StorageLocation? location, out StoreKey key) => storage.StorageType switch
    {
        StorageTypes.S3 => OpenS3(storage, settings, location, out key),
        StorageTypes.Azure => OpenAzure(storage, settings, location, out key),
        _ => throw new RescaleException(ErrorIds.StorageNotSupported, ErrorKind.Protocol, $"Storage of the type '{storage.StorageType}' is not supported.", "Use a workspace whose storage is Amazon S3 or Azure Blob storage."),
    };

    private IObjectStore OpenS3(StorageDescription storage, StorageConnection? settings, StorageLocation? location, out StoreKey key)
    {
        if (settings is not { Region: { Length: > 0 } region, Container: { Length: > 0 } container })
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not name region and bucket of the storage '{storage.Id}'.", AskForStorage);
        var description = new StoreDescription(region, container, _chosenEndpoint ?? NamedEndpoint(settings), PlatformAddress.RequiresFips(_client.Platform));
        key = new StoreKey(storage.Id, description, location is not null);
        return _stores.GetOrAdd(
            key,
            _ => new Lazy<IObjectStore>(() => _factory.OpenS3(description, (_, token) => FetchKeysAsync(location, token)))).Value;
    }

    /// <remarks>The endpoint that the user chose is one of S3, and not meant here.</remarks>
    private IObjectStore OpenAzure(StorageDescription storage, StorageConnection? settings, StorageLocation? location, out StoreKey key)
    {
        var account = settings?.AccountName is { Length: > 0 } named ? named : settings?.StorageAccount;
        if (settings is not { Container: { Length: > 0 } container } || string.IsNullOrEmpty(account))
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not name account and container of the storage '{storage.Id}'.", AskForStorage);
        // It becomes part of a host name: anything else than a name would choose the host.
        if (!AzureAccountName().IsMatch(account))
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform names an Azure account for the storage '{storage.Id}' that cannot be one.", AskForStorage);
        var description = new AzureStoreDescription(account, container, NamedEndpoint(settings));
        key = new StoreKey(storage.Id, description, location is not null);
        if (location is null)
            return _stores.GetOrAdd(key, _ => new Lazy<IObjectStore>(() => _factory.OpenAzure(description, FetchSasAsync))).Value;
        var batches = _batches.GetOrAdd(key, _ => new SasBatches((paths, token) => FetchSasAsync(location.Storage, location.PathParts.Container, paths, token), _time));
        return _stores.GetOrAdd(key, _ => new Lazy<IObjectStore>(() => _factory.OpenAzure(description, batches.GetAsync))).Value;
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

    /// <summary>The token of the whole container.</summary>
    private async Task<SasCredentials> FetchSasAsync(bool forced, CancellationToken cancellationToken)
    {
        var answer = await _client.Users.GetStorageCredentialsAsync(null, cancellationToken).ConfigureAwait(false);
        return answer.SasToken is { Length: > 0 } shared
            ? new SasCredentials(shared, CoversContainer: true, Expiration(answer))
            : throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform's answer about the storage credentials holds no SAS token.", AskForStorage);
    }

    /// <summary>The tokens of blobs, and that of the container for those without (interop storage 7.2).</summary>
    private async Task<SasAnswer> FetchSasAsync(StorageDescription storage, string? container, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var answer = await _client.Users.GetStorageCredentialsAsync(storage, [.. paths.Select(path => new PathParts(container, path))], cancellationToken).ConfigureAwait(false);
        return new SasAnswer(answer.PathSasTokens, answer.SasToken is { Length: > 0 } shared ? shared : null, Expiration(answer));
    }

    private DateTimeOffset Expiration(StorageCredentials answer) => answer.Expiration ?? _time.GetUtcNow() + AssumedLifetime;

    // https://learn.microsoft.com/azure/storage/common/storage-account-overview: 3 to 24 lower-case letters and digits.
    [GeneratedRegex("^[a-z0-9]{3,24}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AzureAccountName();

    /// <param name="Located">Whether credentials are asked for with the file's place.</param>
    private sealed record StoreKey(string? StorageId, object Store, bool Located);
}
