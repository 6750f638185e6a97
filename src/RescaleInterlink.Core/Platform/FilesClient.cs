using System.Runtime.CompilerServices;
using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>File records (interop API 4).</summary>
public sealed class FilesClient
{
    private const int PageSize = 100;

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
        => GetFileAsync(
            new ApiCall(HttpMethod.Get, $"/api/v3/files/{Uri.EscapeDataString(fileId)}/", _channel.Policy.Ordinary, $"the file '{fileId}'") { NotFoundId = ErrorIds.FileNotFound },
            cancellationToken);

    /// <summary>Newest first, streamed page by page; ending the enumeration early stops the paging.</summary>
    public IAsyncEnumerable<PlatformFile> ListAsync(CancellationToken cancellationToken)
        => ListAsync(withHidden: false, cancellationToken);

    /// <summary>The same, with files that are in the Trash or count as not uploaded.</summary>
    public IAsyncEnumerable<PlatformFile> ListAllAsync(CancellationToken cancellationToken)
        => ListAsync(withHidden: true, cancellationToken);

    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public Task AddTagAsync(string fileId, string tag, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(
            new ApiCall(HttpMethod.Post, $"/api/v3/files/{Uri.EscapeDataString(fileId)}/tags/", _channel.Policy.Ordinary, $"the file '{fileId}'")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new NameDto { Name = tag }, PlatformJson.Default.NameDto),
                NotFoundId = ErrorIds.FileNotFound,
            },
            cancellationToken);

    private async IAsyncEnumerable<PlatformFile> ListAsync(bool withHidden, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/files/?ordering=-dateUploaded", _channel.Policy.Listing, "the list of files");
        await foreach (var entry in _channel.ListAsync(call, PageSize, PlatformJson.Default.PageDtoFileDto, cancellationToken).ConfigureAwait(false))
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
