using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 5, D5 to D7: the Trash. Note the platform's mixed naming: <c>filesymlink_ids</c> beside <c>folderIds</c>.</summary>
internal sealed class TrashEndpoints(Store store, Views views, ObjectStorages objects)
{
    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v3/users/me/folders/trash-bin/", List);
        router.Add("POST", "/api/v3/users/me/folders/trash-bin/recover/", RecoverAsync);
        router.Add("POST", "/api/v3/users/me/folders/trash-bin/delete/", PurgeAsync);
    }

    private ApiAnswer List(ApiRequest request)
    {
        var range = Paging.Range(request);
        return Paging.Answer(request, range, store.TrashContents(range), entry => views.Entry(entry, inTrash: true), nextRepeatsDefault: true);
    }

    private async Task<ApiAnswer> RecoverAsync(ApiRequest request)
    {
        var chosen = await ReadAsync(request);
        store.Change(transaction =>
        {
            var (files, folders) = chosen.Find(transaction);
            foreach (var file in files)
                transaction.Put(file with { TrashedAt = null, FolderId = Home(transaction, file.FolderId) });
            foreach (var folder in folders)
                transaction.Put(folder with { TrashedAt = null, ParentId = Home(transaction, folder.ParentId) });
            return true;
        });
        return ApiAnswer.Created(new JsonObject());
    }

    private async Task<ApiAnswer> PurgeAsync(ApiRequest request)
    {
        var chosen = await ReadAsync(request);
        var (files, folders) = store.Change(chosen.Find);
        await new Removal(store, objects).RemoveAsync(files, folders);
        return ApiAnswer.NoContent;
    }

    /// <summary>Where something from the Trash goes back to: its folder, or the library when that has been deleted.</summary>
    private static string Home(Store.Transaction transaction, string? folderId)
        => folderId is not null && transaction.FindFolder(folderId) is not null ? folderId : RootFolders.MyLibrary;

    private static async Task<Chosen> ReadAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        var chosen = new Chosen(body.Texts("filesymlink_ids"), body.Texts("folderIds"));
        body.ThrowIfInvalid();
        return chosen;
    }

    private sealed record Chosen(IReadOnlyList<string> Symlinks, IReadOnlyList<string> Folders)
    {
        /// <summary>All of them or none.</summary>
        public (IReadOnlyList<FileRecord> Files, IReadOnlyList<FolderRecord> Folders) Find(Store.Transaction transaction)
        {
            var bySymlink = transaction.TrashedFiles().ToDictionary(file => file.SymlinkId);
            var files = Symlinks.Select(id => bySymlink.TryGetValue(id, out var file) ? file : throw Unknown("filesymlink_ids", id)).ToList();
            var folders = Folders.Select(id => transaction.FindFolder(id) is { IsTrashed: true } folder ? folder : throw Unknown("folderIds", id)).ToList();
            return (files, folders);
        }

        private static ApiException Unknown(string field, string id) => ApiException.Field(field, $"Invalid pk \"{id}\" - object does not exist in the trash.");
    }
}
