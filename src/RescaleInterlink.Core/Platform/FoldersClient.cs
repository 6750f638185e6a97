using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>Library folders (interop API 5).</summary>
public sealed class FoldersClient
{
    /// <summary>The most that the server gives on one page.</summary>
    public const int LargestPage = 1000;

    private readonly ApiChannel _channel;

    internal FoldersClient(ApiChannel channel) => _channel = channel;

    /// <summary>Files and folders in one folder, streamed page by page. Entries of an unknown type are left out.</summary>
    /// <exception cref="RescaleException">FolderNotFound, ...</exception>
    public IAsyncEnumerable<FolderEntry> ListContentsAsync(string folderId, CancellationToken cancellationToken)
        => ListContentsAsync(folderId, LargestPage, cancellationToken);

    /// <summary>The same with smaller pages, for whoever wants the first few.</summary>
    /// <param name="pageSize">Entries per page, 1 to 1000.</param>
    /// <exception cref="RescaleException">FolderNotFound, ...</exception>
    public IAsyncEnumerable<FolderEntry> ListContentsAsync(string folderId, int pageSize, CancellationToken cancellationToken)
        => EntryListing.ReadAsync(
            _channel,
            OfFolder(HttpMethod.Get, folderId, "contents/") with { Policy = _channel.Policy.Listing },
            Math.Clamp(pageSize, 1, LargestPage),
            cancellationToken);

    /// <summary>Makes a folder.</summary>
    /// <remarks>What the platform answers when the name is taken is not known (interop API 5): expect 400 as well as 409.</remarks>
    /// <returns>Its id.</returns>
    /// <exception cref="RescaleException">FolderNotFound (the parent), FolderAlreadyExists, RequestRejected, ...</exception>
    public async Task<string> CreateAsync(string parentId, string name, CancellationToken cancellationToken)
    {
        var call = OfFolder(HttpMethod.Post, parentId, "") with
        {
            Subject = $"the folder '{name}'",
            Body = JsonSerializer.SerializeToUtf8Bytes(new NameDto { Name = name }, PlatformJson.Default.NameDto),
            ConflictId = ErrorIds.FolderAlreadyExists,
        };
        var folder = await _channel.GetAsync(call, PlatformJson.Default.FileDto, cancellationToken).ConfigureAwait(false);
        return folder.Id is { Length: > 0 } id ? id : throw ApiErrors.Protocol(call, "it has no 'id'");
    }

    /// <summary>Deletes for good, with all that is beneath it (interop API 5, D3).</summary>
    /// <exception cref="RescaleException">FolderNotFound, PermissionDenied, ...</exception>
    public Task DeleteAsync(string folderId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(OfFolder(HttpMethod.Delete, folderId, ""), cancellationToken);

    /// <summary>Moves files and folders to the Trash, all or none.</summary>
    /// <param name="parentId">The folder that really holds them; the platform refuses any other.</param>
    /// <exception cref="RescaleException">FolderNotFound, RequestRejected, ...</exception>
    public Task TrashAsync(string parentId, IReadOnlyList<string> fileIds, IReadOnlyList<string> folderIds, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(
            OfFolder(HttpMethod.Post, parentId, "contents/archive/") with
            {
                Subject = $"the contents of the folder '{parentId}'",
                Body = JsonSerializer.SerializeToUtf8Bytes(new ArchiveDto { FileIds = fileIds, FolderIds = folderIds }, PlatformJson.Default.ArchiveDto),
            },
            cancellationToken);

    private ApiCall OfFolder(HttpMethod method, string folderId, string rest)
        => new(method, $"/api/v3/folders/{Uri.EscapeDataString(folderId)}/{rest}", _channel.Policy.Ordinary, $"the folder '{folderId}'") { NotFoundId = ErrorIds.FolderNotFound };
}
