using System.Runtime.CompilerServices;
using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>Library folders (interop API 5).</summary>
public sealed class FoldersClient
{
    /// <summary>The most that the server gives on one page.</summary>
    private const int PageSize = 1000;

    private readonly ApiChannel _channel;

    internal FoldersClient(ApiChannel channel) => _channel = channel;

    /// <summary>Files and folders in one folder, streamed page by page. Entries of an unknown type are left out.</summary>
    /// <exception cref="RescaleException">FolderNotFound, ...</exception>
    public async IAsyncEnumerable<FolderEntry> ListContentsAsync(string folderId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, $"/api/v3/folders/{Uri.EscapeDataString(folderId)}/contents/", _channel.Policy.Listing, $"the folder '{folderId}'")
        {
            NotFoundId = ErrorIds.FolderNotFound,
        };
        // A folder's files mostly lie on one storage; sharing its description keeps a listing of 100,000 small.
        StorageDescription? storage = null;
        await foreach (var entry in _channel.ListAsync(call, PageSize, PlatformJson.Default.PageDtoFolderEntryDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Type is "file" or "folder" or "filesymlink" && entry.Item?.ToRecord() is { } item)
            {
                if (item.Storage is not null && item.Storage == storage)
                    item = item with { Storage = storage };
                storage = item.Storage ?? storage;
                yield return new FolderEntry(entry.Type, item);
            }
        }
    }

    /// <summary>Makes a folder.</summary>
    /// <remarks>What the platform answers when the name is taken is not known (interop API 5): expect 400 as well as 409.</remarks>
    /// <returns>Its id.</returns>
    /// <exception cref="RescaleException">FolderNotFound (the parent), FolderAlreadyExists, RequestRejected, ...</exception>
    public async Task<string> CreateAsync(string parentId, string name, CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Post, $"/api/v3/folders/{Uri.EscapeDataString(parentId)}/", _channel.Policy.Ordinary, $"the folder '{name}'")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(new NameDto { Name = name }, PlatformJson.Default.NameDto),
            NotFoundId = ErrorIds.FolderNotFound,
            ConflictId = ErrorIds.FolderAlreadyExists,
        };
        var folder = await _channel.GetAsync(call, PlatformJson.Default.FileDto, cancellationToken).ConfigureAwait(false);
        return folder.Id is { Length: > 0 } id ? id : throw ApiErrors.Protocol(call, "it has no 'id'");
    }

    /// <summary>Moves files and folders to the Trash, all or none.</summary>
    /// <param name="parentId">The folder that really holds them; the platform refuses any other.</param>
    /// <exception cref="RescaleException">FolderNotFound, RequestRejected, ...</exception>
    public Task TrashAsync(string parentId, IReadOnlyList<string> fileIds, IReadOnlyList<string> folderIds, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(
            new ApiCall(HttpMethod.Post, $"/api/v3/folders/{Uri.EscapeDataString(parentId)}/contents/archive/", _channel.Policy.Ordinary, $"the contents of the folder '{parentId}'")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new ArchiveDto { FileIds = fileIds, FolderIds = folderIds }, PlatformJson.Default.ArchiveDto),
                NotFoundId = ErrorIds.FolderNotFound,
            },
            cancellationToken);
}
