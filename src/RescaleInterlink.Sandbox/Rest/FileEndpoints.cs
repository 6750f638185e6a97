using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 4: files and their tags.</summary>
internal sealed class FileEndpoints(Store store, Views views, ObjectStorages objects, Account account, TimeProvider time)
{
    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v3/files/", List);
        router.Add("POST", "/api/v3/files/", RegisterAsync);
        router.Add("GET", "/api/v3/files/{id}/", request => ApiAnswer.Ok(views.File(Find(request))));
        router.Add("PATCH", "/api/v3/files/{id}/", MoveAsync);
        router.Add("DELETE", "/api/v3/files/{id}/", DeleteAsync);
        router.Add("GET", "/api/v3/files/{id}/tags/", request => ApiAnswer.Ok(Views.Tags(Find(request).Tags)));
        router.Add("POST", "/api/v3/files/{id}/tags/", AddTagAsync);
        router.Add("DELETE", "/api/v3/files/{id}/tags/", RemoveTagAsync);
    }

    private ApiAnswer List(ApiRequest request)
    {
        var range = Paging.Range(request);
        bool newestFirst = request.Query("ordering") == "-dateUploaded";
        return Paging.Answer(request, range, store.Files(range, newestFirst), views.File);
    }

    private async Task<ApiAnswer> RegisterAsync(ApiRequest request)
    {
        var file = await FileRegistration.ReadAsync(await request.ReadAsync(), store, account, objects, request.Aborted);
        var stored = store.Change(transaction => transaction.Put(file with
        {
            Id = transaction.NewId(),
            SymlinkId = transaction.NewId(),
            DateUploaded = time.GetUtcNow(),
        }));
        return ApiAnswer.Created(views.File(stored));
    }

    private async Task<ApiAnswer> MoveAsync(ApiRequest request)
    {
        Find(request);
        var body = await request.ReadAsync();
        string target = body.Text("currentFolderId");
        if (target.Length > 0 && store.FindFolder(target) is not { IsTrashed: false })
            body.Fail("currentFolderId", $"Invalid pk \"{target}\" - object does not exist.");
        body.ThrowIfInvalid();
        var moved = store.Change(transaction =>
        {
            var file = transaction.FindFile(request.Id()) ?? throw ApiException.NotFound();
            return file.IsTrashed
                ? throw ApiException.Detail(400, "A file in the Trash cannot be moved.")
                : transaction.Put(file with { FolderId = target });
        });
        return ApiAnswer.Ok(views.File(moved));
    }

    /// <summary>For good: the record and the object.</summary>
    private async Task<ApiAnswer> DeleteAsync(ApiRequest request)
    {
        await new Removal(store, objects).RemoveAsync([Find(request)], []);
        return ApiAnswer.NoContent;
    }

    private async Task<ApiAnswer> AddTagAsync(ApiRequest request)
    {
        string tag = await ReadTagAsync(request);
        var tagged = ChangeTags(request, tags => tags.Contains(tag) ? tags : [.. tags, tag]);
        return ApiAnswer.Created(Views.Tags(tagged.Tags));
    }

    private async Task<ApiAnswer> RemoveTagAsync(ApiRequest request)
    {
        string tag = await ReadTagAsync(request);
        ChangeTags(request, tags => [.. tags.Where(other => other != tag)]);
        return ApiAnswer.NoContent;
    }

    private FileRecord ChangeTags(ApiRequest request, Func<IReadOnlyList<string>, IReadOnlyList<string>> change) => store.Change(transaction =>
    {
        var file = transaction.FindFile(request.Id()) ?? throw ApiException.NotFound();
        return transaction.Put(file with { Tags = change(file.Tags) });
    });

    internal static async Task<string> ReadTagAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        string tag = body.Text("name");
        body.ThrowIfInvalid();
        return tag;
    }

    private FileRecord Find(ApiRequest request) => store.FindFile(request.Id()) ?? throw ApiException.NotFound();
}
