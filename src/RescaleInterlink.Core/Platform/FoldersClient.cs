using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>Library folders (interop API 5).</summary>
public sealed class FoldersClient
{
    /// <summary>The most that the server gives on one page.</summary>
    public const int LargestPage = 1000;

    /// <summary>By so much the platform's clock may be behind this machine's.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

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
    /// <remarks>What the platform answers when the name is taken is not known (interop API 5): expect 400 as well as 409. As it may allow equal
    /// names, nothing is asked for again whose answer was lost before it is sure that it was not done.</remarks>
    /// <returns>Its id.</returns>
    /// <exception cref="RescaleException">FolderNotFound (the parent), FolderAlreadyExists, RequestRejected; FolderCreationUncertain when the
    /// answer was lost and the platform could not be asked, ...</exception>
    public async Task<string> CreateAsync(string parentId, string name, CancellationToken cancellationToken)
    {
        var call = OfFolder(HttpMethod.Post, parentId, "") with
        {
            Subject = $"the folder '{name}'",
            Body = JsonSerializer.SerializeToUtf8Bytes(new NameDto { Name = name }, PlatformJson.Default.NameDto),
            ConflictId = ErrorIds.FolderAlreadyExists,
            Policy = _channel.Policy.FolderCreation,
        };
        var (start, since) = (_channel.Time.GetTimestamp(), _channel.Time.GetUtcNow());
        for (var attempt = 0; ; attempt++)
        {
            RescaleException failure;
            try
            {
                var folder = await _channel.GetAsync(call, PlatformJson.Default.FileDto, cancellationToken).ConfigureAwait(false);
                return folder.Id is { Length: > 0 } id ? id : throw ApiErrors.Protocol(call, "it has no 'id'");
            }
            catch (RescaleException e) when (e.ErrorId == ErrorIds.FolderCreationUncertain || IsUnreadable(e) || (e.Kind == ErrorKind.ServerFault && e.StatusCode != 501))
            {
                failure = e;
            }

            var left = _channel.Policy.TotalTime - _channel.Time.GetElapsedTime(start);
            var wait = IsUnreadable(failure) ? TimeSpan.Zero : failure.RetryAfter ?? _channel.Policy.WaitBefore(attempt, _channel.Random());
            if (wait > _channel.Policy.LongestRetryAfter)
                throw failure;
            if (wait > TimeSpan.Zero)
            {
                ApiObserver.Current?.OnWaiting(failure.Message, wait, left);
                await Task.Delay(wait, _channel.Time, cancellationToken).ConfigureAwait(false);
            }

            if (await FindAgainAsync(parentId, name, since, failure, cancellationToken).ConfigureAwait(false) is { } made)
                return made;
            if (IsUnreadable(failure) || attempt >= _channel.Policy.MaxRetries || wait > left)
                throw failure;
        }
    }

    /// <summary>A good status with an answer that cannot be read: the folder exists, and its id is lost.</summary>
    private static bool IsUnreadable(RescaleException failure) => failure is { ErrorId: ErrorIds.PlatformProtocol, StatusCode: null };

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

    /// <summary>A folder of that name that was not there before the first request.</summary>
    private async Task<string?> FindAgainAsync(string parentId, string name, DateTimeOffset since, RescaleException failure, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var entry in ListContentsAsync(parentId, cancellationToken).ConfigureAwait(false))
            {
                if (entry.IsFolder && entry.Item.Name == name && !(entry.Item.DateUploaded < since - ClockDifference))
                    return entry.Item.Id;
            }

            return null;
        }
        catch (RescaleException)
        {
            // What became of the request is what the user must know; that asking failed too says no more.
            throw failure;
        }
    }

    private ApiCall OfFolder(HttpMethod method, string folderId, string rest)
        => new(method, $"/api/v3/folders/{Uri.EscapeDataString(folderId)}/{rest}", _channel.Policy.Ordinary, $"the folder '{folderId}'") { NotFoundId = ErrorIds.FolderNotFound };
}
