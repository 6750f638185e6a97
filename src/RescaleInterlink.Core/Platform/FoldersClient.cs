using System.Runtime.CompilerServices;
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
        await foreach (var entry in _channel.ListAsync(call, PageSize, PlatformJson.Default.PageDtoFolderEntryDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Type is "file" or "folder" or "filesymlink" && entry.Item?.ToRecord() is { } item)
                yield return new FolderEntry(entry.Type, item);
        }
    }
}
