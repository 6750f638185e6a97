using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 6, the v3 part: jobs, statuses, tags, custom fields.</summary>
internal sealed class JobEndpoints(Store store, JobRunner runner, ObjectStorages objects, TimeProvider time)
{
    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v3/jobs/", List);
        router.Add("POST", "/api/v3/jobs/", CreateAsync);
        router.Add("GET", "/api/v3/jobs/{id}/", request => ApiAnswer.Ok(Views.Job(Find(request))));
        router.Add("DELETE", "/api/v3/jobs/{id}/", DeleteAsync);
        router.Add("GET", "/api/v3/jobs/{id}/statuses/", Statuses);
        router.Add("POST", "/api/v3/jobs/{id}/stop/", Stop);
        router.Add("GET", "/api/v3/jobs/{id}/tags/", request => ApiAnswer.Ok(Views.Tags(Find(request).Tags)));
        router.Add("POST", "/api/v3/jobs/{id}/tags/", AddTagAsync);
        router.Add("DELETE", "/api/v3/jobs/{id}/tags/", RemoveTagAsync);
        router.Add("GET", "/api/v3/jobs/{id}/custom-fields/", CustomFields);
    }

    private ApiAnswer List(ApiRequest request)
    {
        var range = Paging.Range(request);
        bool newestFirst = request.Query("ordering") == "-dateInserted";
        return Paging.Answer(request, range, store.Jobs(range, newestFirst), Views.JobEntry);
    }

    private async Task<ApiAnswer> CreateAsync(ApiRequest request)
    {
        var (name, specification) = JobBody.Read(await request.ReadAsync(), store);
        var now = time.GetUtcNow();
        var job = store.Change(transaction =>
        {
            string id = transaction.NewId();
            var folder = transaction.Put(new FolderRecord { Id = transaction.NewId(), Name = name, ParentId = RootFolders.MyJobs, DateInserted = now, JobId = id });
            return transaction.Put(new JobRecord
            {
                Id = id,
                Name = name,
                Specification = specification,
                DateInserted = now,
                Statuses = [new StatusRecord(JobStatuses.Pending, now, null)],
                FolderId = folder.Id,
            });
        });
        var view = Views.Job(job);
        view["jobStatus"] = Views.JobStatus(job);
        return ApiAnswer.Created(view);
    }

    private ApiAnswer Statuses(ApiRequest request)
    {
        var job = Find(request);
        var range = Paging.Range(request);
        var newestFirst = Enumerable.Range(0, job.Statuses.Count).Reverse();
        return Paging.Answer(request, range, range.Take(newestFirst), index => Views.Status(job, index));
    }

    private ApiAnswer Stop(ApiRequest request)
    {
        var job = Find(request);
        if (!runner.Stop(job.Id))
            throw ApiException.Detail(400, "Only a job that has been submitted and has not ended can be stopped.");
        return ApiAnswer.Accepted(new JsonObject());
    }

    /// <summary>A job under way is ended first.</summary>
    private async Task<ApiAnswer> DeleteAsync(ApiRequest request)
    {
        var job = Find(request);
        runner.Stop(job.Id);
        await runner.WaitForEndAsync(job.Id).WaitAsync(request.Aborted);
        await new Removal(store, objects).RemoveJobAsync(Find(request));
        return ApiAnswer.NoContent;
    }

    private async Task<ApiAnswer> AddTagAsync(ApiRequest request)
    {
        string tag = await FileEndpoints.ReadTagAsync(request);
        var tagged = ChangeTags(request, tags => tags.Contains(tag) ? tags : [.. tags, tag]);
        return ApiAnswer.Created(Views.Tags(tagged.Tags));
    }

    private async Task<ApiAnswer> RemoveTagAsync(ApiRequest request)
    {
        string tag = await FileEndpoints.ReadTagAsync(request);
        ChangeTags(request, tags => [.. tags.Where(other => other != tag)]);
        return ApiAnswer.NoContent;
    }

    private JobRecord ChangeTags(ApiRequest request, Func<IReadOnlyList<string>, IReadOnlyList<string>> change) => store.Change(transaction =>
    {
        var job = transaction.FindJob(request.Id()) ?? throw ApiException.NotFound();
        return transaction.Put(job with { Tags = change(job.Tags) });
    });

    /// <summary>All that the workspace has, with null for those that are not set, and what else the job was given.</summary>
    private ApiAnswer CustomFields(ApiRequest request)
    {
        var set = Find(request).CustomFields;
        var fields = OrganizationEndpoints.JobFields.Union(set.Keys).Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject
        {
            ["meta"] = new JsonObject { ["name"] = name },
            ["value"] = set.TryGetValue(name, out var value) ? JsonNode.Parse(value.GetRawText()) : null,
        }));
        return ApiAnswer.Ok(new JsonObject(fields));
    }

    private JobRecord Find(ApiRequest request) => store.FindJob(request.Id()) ?? throw ApiException.NotFound();
}
