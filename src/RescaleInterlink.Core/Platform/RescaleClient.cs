namespace RescaleInterlink.Platform;

/// <summary>The Rescale REST API: one client per resource over one retrying, authenticated chain. Thread-safe.</summary>
public sealed class RescaleClient : IDisposable
{
    /// <param name="platform">Base address, already checked by <see cref="Configuration.PlatformAddress"/>.</param>
    public RescaleClient(Uri platform, ApiKey apiKey, HttpMessageHandler transport, TimeProvider? time = null)
        => throw new NotImplementedException();

    public Uri Platform => throw new NotImplementedException();
    public UsersClient Users => throw new NotImplementedException();
    public FilesClient Files => throw new NotImplementedException();
    public FoldersClient Folders => throw new NotImplementedException();
    public JobsClient Jobs => throw new NotImplementedException();
    public CatalogClient Catalog => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>An API key that cannot be printed by accident.</summary>
public sealed class ApiKey
{
    public ApiKey(string value) => throw new NotImplementedException();

    /// <summary><c>Bearer</c> for a JWT, else <c>Token</c> (interop API 1, authScheme).</summary>
    public string AuthorizationHeader => throw new NotImplementedException();
    public override string ToString() => "***";
}

public sealed class UsersClient
{
    public Task<UserProfile> GetCurrentAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<RootFolders> GetRootFoldersAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <param name="storage">The storage and path a file lies on, or null for the user's default storage.</param>
    public Task<StorageCredentials> GetStorageCredentialsAsync(StorageLocation? storage, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed class FilesClient
{
    public Task<PlatformFile> RegisterAsync(FileRegistration registration, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<PlatformFile> GetAsync(string fileId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Newest first, streamed page by page; ending the enumeration early stops the paging.</summary>
    public IAsyncEnumerable<PlatformFile> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed class FoldersClient
{
    public IAsyncEnumerable<FolderEntry> ListContentsAsync(string folderId, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed class JobsClient
{
    /// <summary>Never repeated after the request may have reached the server.</summary>
    public Task<PlatformJob> CreateAsync(JobRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
    /// <summary>Never repeated after the request may have reached the server.</summary>
    public Task SubmitAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<PlatformJob> GetAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
    /// <summary>Newest first (<c>ordering=-dateInserted</c>), streamed page by page.</summary>
    public IAsyncEnumerable<PlatformJob> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<JobStatusEntry>> GetStatusesAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
    /// <summary>Output files (v2), streamed page by page.</summary>
    public IAsyncEnumerable<PlatformFile> ListFilesAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task AddTagAsync(string jobId, string tag, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task StopAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task DeleteAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task AssignProjectAsync(string organizationCode, string jobId, string projectId, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed class CatalogClient
{
    public IAsyncEnumerable<CoreType> ListCoreTypesAsync(bool includeInactive, CancellationToken cancellationToken) => throw new NotImplementedException();
    public IAsyncEnumerable<Analysis> ListAnalysesAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
