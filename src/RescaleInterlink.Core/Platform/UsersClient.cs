using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>The user behind the key, and the keys to the storage (interop API 3).</summary>
public sealed class UsersClient
{
    private readonly ApiChannel _channel;

    internal UsersClient(ApiChannel channel) => _channel = channel;

    public Task<UserProfile> GetCurrentAsync(CancellationToken cancellationToken) => GetCurrentAsync(_channel.Policy.Ordinary, cancellationToken);

    /// <summary>The same call with the connection test's short limits.</summary>
    public Task<UserProfile> TestConnectionAsync(CancellationToken cancellationToken) => GetCurrentAsync(_channel.Policy.ConnectionTest, cancellationToken);

    public async Task<RootFolders> GetRootFoldersAsync(CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/users/me/folders/", _channel.Policy.Ordinary, "the user's folders");
        var folders = await _channel.GetAsync(call, PlatformJson.Default.RootFoldersDto, cancellationToken).ConfigureAwait(false);
        var jobs = folders.MyJobs is { Length: > 0 } j ? j : throw ApiErrors.Protocol(call, "'myJobs' is missing");
        var library = folders.MyLibrary is { Length: > 0 } l ? l : throw ApiErrors.Protocol(call, "'myLibrary' is missing");
        // They would stand for each other wherever a path begins with one of them.
        return jobs == library ? throw ApiErrors.Protocol(call, "'myJobs' and 'myLibrary' are the same folder") : new RootFolders(jobs, library);
    }

    /// <param name="storage">The storage and path a file lies on, or null for the user's default storage.</param>
    public Task<StorageCredentials> GetStorageCredentialsAsync(StorageLocation? storage, CancellationToken cancellationToken)
        => FetchCredentialsAsync(storage is null ? null : Request(storage.Storage, [storage.PathParts]), cancellationToken);

    /// <summary>For several files of one storage.</summary>
    public Task<StorageCredentials> GetStorageCredentialsAsync(StorageDescription storage, IReadOnlyList<PathParts> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(paths);
        return FetchCredentialsAsync(Request(storage, paths), cancellationToken);
    }

    private async Task<StorageCredentials> FetchCredentialsAsync(CredentialsRequestDto? request, CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Post, "/api/v3/credentials/", _channel.Policy.Ordinary, "the storage credentials")
        {
            Body = request is null ? null : JsonSerializer.SerializeToUtf8Bytes(request, PlatformJson.Default.CredentialsRequestDto),
        };
        var credentials = await _channel.GetAsync(call, PlatformJson.Default.CredentialsDto, cancellationToken).ConfigureAwait(false);
        return new StorageCredentials(
            credentials.StorageType ?? throw ApiErrors.Protocol(call, "'storageType' is missing"),
            credentials.AccessKey,
            credentials.SecretKey,
            credentials.SessionToken,
            credentials.SasToken?.TrimStart('?'),
            credentials.Expiration)
        {
            PathSasTokens = PathTokens(credentials),
        };
    }

    private async Task<UserProfile> GetCurrentAsync(CallPolicy policy, CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/users/me/", policy, "the user's profile") { NotFoundId = ErrorIds.PlatformProtocol };
        var user = await _channel.GetAsync(call, PlatformJson.Default.UserDto, cancellationToken).ConfigureAwait(false);
        return user.ToRecord();
    }

    private static Dictionary<string, string> PathTokens(CredentialsDto credentials)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in credentials.Paths ?? [])
        {
            if ((entry?.PathParts?.Path ?? entry?.Path) is { Length: > 0 } path && entry?.SasToken?.TrimStart('?') is { Length: > 0 } token)
                tokens[path] = token;
        }

        return tokens;
    }

    private static CredentialsRequestDto Request(StorageDescription storage, IReadOnlyList<PathParts> paths) => new()
    {
        Storage = new StorageReferenceDto { Id = storage.Id, StorageType = storage.StorageType },
        Paths = [.. paths.Select(static path => new PathReferenceDto { PathParts = PathPartsDto.From(path) })],
    };
}
