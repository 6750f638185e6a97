using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Runner;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 6, the v2 part: submitting, outputs, runs and their live files.</summary>
internal sealed class JobV2Endpoints(Store store, JobRunner runner, Views views)
{
    public void AddTo(Router router)
    {
        router.Add("POST", "/api/v2/jobs/{id}/submit/", Submit);
        router.Add("GET", "/api/v2/jobs/{id}/files/", Files);
        router.Add("GET", "/api/v2/jobs/{id}/runs/", Runs);
        router.Add("GET", "/api/v2/jobs/{id}/runs/{run}/files/", RunFiles);
        router.Add("GET", "/api/v2/jobs/{id}/runs/{run}/tail/{path*}", Tail);
        router.Add("POST", "/sandbox/jobs/{id}/publish/", PublishAsync);
    }

    private ApiAnswer Submit(ApiRequest request)
    {
        if (!runner.Submit(Find(request).Id))
            throw ApiException.Detail(400, "The job has already been submitted.");
        return ApiAnswer.Ok(new JsonObject());
    }

    private ApiAnswer Files(ApiRequest request)
    {
        var range = Paging.Range(request);
        return Paging.Answer(request, range, store.FilesOfJob(Find(request).Id, range), views.File);
    }

    private ApiAnswer Runs(ApiRequest request)
    {
        var range = Paging.Range(request);
        IEnumerable<RunRecord> runs = Find(request).Run is { } run ? [run] : [];
        return Paging.Answer(request, range, range.Take(runs), entry => new JsonObject
        {
            ["id"] = entry.Id,
            ["dateStarted"] = Views.DateOrNull(entry.DateStarted),
            ["dateCompleted"] = Views.DateOrNull(entry.DateCompleted),
        });
    }

    /// <summary>While it executes: what lies in the work folder now. Afterwards: the outputs.</summary>
    private ApiAnswer RunFiles(ApiRequest request)
    {
        var job = FindRun(request);
        var range = Paging.Range(request);
        if (runner.LiveFiles(job.Id) is not { } live)
            return Paging.Answer(request, range, store.FilesOfJob(job.Id, range), Output);
        return Paging.Answer(request, range, range.Take(live), file => new JsonObject
        {
            ["id"] = file.Id,
            ["name"] = Path.GetFileName(file.RelativePath),
            ["size"] = file.Size,
            ["relativePath"] = file.RelativePath,
        });
    }

    /// <summary>A file in the work folder of a run under way: with <c>lines</c> its last lines as JSON, else its bytes. Afterwards there is none.</summary>
    private ApiAnswer Tail(ApiRequest request)
    {
        var job = FindRun(request);
        var file = runner.OpenLive(job.Id, request.Id(2).TrimEnd('/')) ?? throw ApiException.NotFound();
        return request.Query("lines") is { } lines ? LiveContent.LastLines(file, lines) : LiveContent.Bytes(file);
    }

    /// <summary>The sandbox's own: makes outputs of what a running job has written so far, as a platform does for the runs of a job that have ended.</summary>
    private async Task<ApiAnswer> PublishAsync(ApiRequest request)
        => await runner.PublishAsync(Find(request).Id, request.Aborted) ? ApiAnswer.NoContent : throw ApiException.Detail(400, "The job is not executing.");

    private JsonObject Output(FileRecord file)
    {
        var view = views.File(file);
        view["size"] = file.DecryptedSize;
        return view;
    }

    private JobRecord Find(ApiRequest request) => store.FindJob(request.Id()) ?? throw ApiException.NotFound();

    private JobRecord FindRun(ApiRequest request)
        => Find(request) is { Run: { } run } job && run.Id == request.Id(1) ? job : throw ApiException.NotFound();
}
