using System.Text.Json;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Rest;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What a user of the platform does to a job in its web pages, and no call of its API.</summary>
internal sealed class JobControlEndpoints(Store store)
{
    public void AddTo(Router router) => router.Add("PUT", "/sandbox/jobs/{id}/custom-fields/", SetFieldsAsync);

    /// <summary>Sets those that are named, to any JSON; null takes a value away.</summary>
    private async Task<ApiAnswer> SetFieldsAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        var changed = body.Fields().ToDictionary(static field => field.Key, static field => JsonSerializer.SerializeToElement(field.Value), StringComparer.Ordinal);
        store.Change(transaction =>
        {
            var job = transaction.FindJob(request.Id()) ?? throw ApiException.NotFound();
            var fields = job.CustomFields.Where(field => !changed.ContainsKey(field.Key)).Concat(changed).ToDictionary(StringComparer.Ordinal);
            return transaction.Put(job with { CustomFields = fields });
        });
        return ApiAnswer.Ok(new JsonObject());
    }
}
