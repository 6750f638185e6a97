using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 5: folders.</summary>
internal sealed class FolderEndpoints(Store store, Views views, ObjectStorages objects, TimeProvider time)
{
    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v3/folders/{id}/contents/", Contents);
        router.Add("POST", "/api/v3/folders/{id}/", CreateAsync);
        router.Add("DELETE", "/api/v3/folders/{id}/", DeleteAsync);
        router.Add("POST", "/api/v3/folders/{id}/contents/archive/", ArchiveAsync);
    }

    private ApiAnswer Contents(ApiRequest request)
    {
        var folder = store.FindFolder(request.Id()) ?? throw ApiException.NotFound();
        var range = Paging.Range(request);
        return Paging.Answer(request, range, store.Contents(folder.Id, range), entry => views.Entry(entry, inTrash: false), nextRepeatsDefault: true);
    }

    private async Task<ApiAnswer> CreateAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        string name = body.Text("name");
        body.ThrowIfInvalid();
        var folder = store.Change(transaction =>
        {
            if (transaction.FindFolder(request.Id()) is not { IsTrashed: false } parent)
                throw ApiException.NotFound();
            // What the platform does here is not known; the sandbox takes the stricter of the two.
            if (transaction.FoldersIn(parent.Id).Any(other => other.Name == name))
                throw ApiException.Field("name", "A folder with this name already exists.");
            return transaction.Put(new FolderRecord { Id = transaction.NewId(), Name = name, ParentId = parent.Id, DateInserted = time.GetUtcNow() });
        });
        return ApiAnswer.Created(Views.Folder(folder));
    }

    /// <summary>For good, with all that is beneath it.</summary>
    private async Task<ApiAnswer> DeleteAsync(ApiRequest request)
    {
        var folder = store.FindFolder(request.Id()) ?? throw ApiException.NotFound();
        if (folder.ParentId is null)
            throw ApiException.Detail(403, "You do not have permission to perform this action.");
        await new Removal(store, objects).RemoveAsync([], [folder]);
        return ApiAnswer.NoContent;
    }

    /// <summary>To the Trash. The folder of the route must really be the parent of each; all go or none.</summary>
    private async Task<ApiAnswer> ArchiveAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        var fileIds = body.Texts("fileIds");
        var folderIds = body.Texts("folderIds");
        body.ThrowIfInvalid();
        store.Change(transaction =>
        {
            if (transaction.FindFolder(request.Id()) is null)
                throw ApiException.NotFound();
            foreach (string id in fileIds)
            {
                if (transaction.FindFile(id) is not { IsTrashed: false } file || file.FolderId != request.Id())
                    throw ApiException.Field("fileIds", $"Invalid pk \"{id}\" - object does not exist in this folder.");
                transaction.Put(file with { TrashedAt = time.GetUtcNow() });
            }

            foreach (string id in folderIds)
            {
                if (transaction.FindFolder(id) is not { IsTrashed: false } folder || folder.ParentId != request.Id())
                    throw ApiException.Field("folderIds", $"Invalid pk \"{id}\" - object does not exist in this folder.");
                transaction.Put(folder with { TrashedAt = time.GetUtcNow() });
            }

            return true;
        });
        return ApiAnswer.NoContent;
    }
}
