using System.Runtime.CompilerServices;
using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>File records (interop API 4).</summary>
public sealed class FilesClient
{
    /// <summary>Entries per page of a listing that is read as far as something is found.</summary>
    private const int PageSize = 100;

    /// <summary>The most that is asked for at once. Few large pages cost the hourly limit less than many small ones.</summary>
    private const int LargestPage = 1000;

    private readonly ApiChannel _channel;

    internal FilesClient(ApiChannel channel) => _channel = channel;

    /// <summary>Makes a record of an object that already lies in the storage. Never repeated after the request may have reached
    /// the server, which makes a record of its own for every request.</summary>
    /// <exception cref="RescaleException">FileRegistrationUncertain when the answer was lost; FolderNotFound, FileAlreadyExists, ...</exception>
    public async Task<PlatformFile> RegisterAsync(FileRegistration registration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registration);
        var call = new ApiCall(HttpMethod.Post, "/api/v3/files/", _channel.Policy.Registration, $"the file '{registration.Name}'")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(Body(registration), PlatformJson.Default.RegistrationDto),
            NotFoundId = ErrorIds.FolderNotFound,
            ConflictId = ErrorIds.FileAlreadyExists,
        };
        try
        {
            return await GetFileAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e) when (e is { ErrorId: ErrorIds.PlatformProtocol, StatusCode: null })
        {
            // A good status with an answer that cannot be read: the record exists, and its id is lost.
            throw ApiErrors.Uncertain(e, UncertainOutcome.Registration);
        }
    }

    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public Task<PlatformFile> GetAsync(string fileId, CancellationToken cancellationToken)
        => GetFileAsync(OfFile(HttpMethod.Get, fileId, ""), cancellationToken);

    /// <summary>Newest first, streamed page by page; ending the enumeration early stops the paging.</summary>
    public IAsyncEnumerable<PlatformFile> ListAsync(CancellationToken cancellationToken)
        => ListAsync(withHidden: false, PageSize, cancellationToken);

    /// <summary>The same with pages of a size that fits what is wanted, but not small: files that are not shown fill them, too.</summary>
    /// <param name="most">As many files are going to be read; null: nobody knows, probably all.</param>
    public IAsyncEnumerable<PlatformFile> ListAsync(int? most, CancellationToken cancellationToken)
        => ListAsync(withHidden: false, Math.Clamp(most ?? LargestPage, PageSize, LargestPage), cancellationToken);

    /// <summary>The same, with files that are in the Trash or count as not uploaded.</summary>
    public IAsyncEnumerable<PlatformFile> ListAllAsync(CancellationToken cancellationToken)
        => ListAsync(withHidden: true, PageSize, cancellationToken);

    /// <summary>Deletes for good: the record and the stored object (interop API 4, F5).</summary>
    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public Task DeleteAsync(string fileId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(OfFile(HttpMethod.Delete, fileId, ""), cancellationToken);

    /// <summary>Moves a file into another folder (interop API 4, F6).</summary>
    /// <exception cref="RescaleException">FileNotFound, RequestRejected when the folder is none, ...</exception>
    public Task MoveAsync(string fileId, string folderId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(
            OfFile(HttpMethod.Patch, fileId, "") with { Body = JsonSerializer.SerializeToUtf8Bytes(new MoveDto { CurrentFolderId = folderId }, PlatformJson.Default.MoveDto) },
            cancellationToken);

    /// <summary>The tags of a file (interop API 4, F7). Nameless ones are left out.</summary>
    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public async Task<IReadOnlyList<Tag>> GetTagsAsync(string fileId, CancellationToken cancellationToken)
    {
        var tags = await _channel.GetAsync(OfFile(HttpMethod.Get, fileId, "tags/"), PlatformJson.Default.ListTagDto, cancellationToken).ConfigureAwait(false);
        return [.. tags.Select(static tag => tag?.ToRecord()).OfType<Tag>()];
    }

    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public Task AddTagAsync(string fileId, string tag, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(OfFile(HttpMethod.Post, fileId, "tags/") with { Body = Named(tag) }, cancellationToken);

    /// <summary>Takes a tag away (interop API 4, F9: a DELETE with a body). One that the file has not changes nothing.</summary>
    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public Task RemoveTagAsync(string fileId, string tag, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(OfFile(HttpMethod.Delete, fileId, "tags/") with { Body = Named(tag) }, cancellationToken);

    private ApiCall OfFile(HttpMethod method, string fileId, string rest)
        => new(method, $"/api/v3/files/{Uri.EscapeDataString(fileId)}/{rest}", _channel.Policy.Ordinary, $"the file '{fileId}'") { NotFoundId = ErrorIds.FileNotFound };

    private static byte[] Named(string name) => JsonSerializer.SerializeToUtf8Bytes(new NameDto { Name = name }, PlatformJson.Default.NameDto);

    private async IAsyncEnumerable<PlatformFile> ListAsync(bool withHidden, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/files/?ordering=-dateUploaded", _channel.Policy.Listing, "the list of files");
        await foreach (var entry in _channel.ListAsync(call, pageSize, PlatformJson.Default.PageDtoFileDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } file && (withHidden || (!file.IsDeleted && entry.IsUploaded != false)))
                yield return file;
        }
    }

    private async Task<PlatformFile> GetFileAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var file = await _channel.GetAsync(call, PlatformJson.Default.FileDto, cancellationToken).ConfigureAwait(false);
        return file.ToRecord() ?? throw ApiErrors.Protocol(call, "it has no 'id'");
    }

    private static RegistrationDto Body(FileRegistration registration) => new()
    {
        Name = registration.Name,
        CurrentFolderId = registration.FolderId,
        EncodedEncryptionKey = registration.EncodedEncryptionKey,
        PathParts = PathPartsDto.From(registration.PathParts),
        Storage = new StorageDto
        {
            Id = registration.Storage.Id,
            StorageType = registration.Storage.StorageType,
            EncryptionType = registration.Storage.EncryptionType,
            ConnectionSettings = ConnectionDto.Blank(),
        },
        DecryptedSize = registration.DecryptedSize,
        FileChecksums = [new ChecksumDto { HashFunction = "sha512", FileHash = registration.Sha512 }],
    };
}
