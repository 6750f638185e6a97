using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>The user's Trash (interop API 5, D5 to D7).</summary>
public sealed class TrashClient
{
    private const string Root = "/api/v3/users/me/folders/trash-bin/";

    private readonly ApiChannel _channel;

    internal TrashClient(ApiChannel channel) => _channel = channel;

    /// <summary>What lies in the Trash, streamed page by page: folders, and files as <c>filesymlink</c> with the id of the link.</summary>
    public IAsyncEnumerable<FolderEntry> ListAsync(CancellationToken cancellationToken)
        => EntryListing.ReadAsync(_channel, new ApiCall(HttpMethod.Get, Root, _channel.Policy.Listing, "the Trash"), FoldersClient.LargestPage, cancellationToken);

    /// <summary>Puts things back where they were, all or none.</summary>
    /// <param name="linkIds">Ids of <c>filesymlink</c> entries, which are not the files' own.</param>
    /// <exception cref="RescaleException">RequestRejected when one of them is not in the Trash, ...</exception>
    public Task RecoverAsync(IReadOnlyList<string> linkIds, IReadOnlyList<string> folderIds, CancellationToken cancellationToken)
        => SendAsync("recover/", linkIds, folderIds, cancellationToken);

    /// <summary>Deletes things in the Trash for good, all or none.</summary>
    /// <inheritdoc cref="RecoverAsync"/>
    public Task PurgeAsync(IReadOnlyList<string> linkIds, IReadOnlyList<string> folderIds, CancellationToken cancellationToken)
        => SendAsync("delete/", linkIds, folderIds, cancellationToken);

    private Task SendAsync(string action, IReadOnlyList<string> linkIds, IReadOnlyList<string> folderIds, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(
            new ApiCall(HttpMethod.Post, Root + action, _channel.Policy.Ordinary, "what was chosen in the Trash")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(
                    new TrashChoiceDto { FileSymlinkIds = linkIds, FolderIds = folderIds }, PlatformJson.Default.TrashChoiceDto),
                NotFoundId = ErrorIds.TrashItemNotFound,
            },
            cancellationToken);
}
