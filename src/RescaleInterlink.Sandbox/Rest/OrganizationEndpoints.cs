using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 6.3 and 8.1: what lies beneath the company's code.</summary>
internal sealed class OrganizationEndpoints(Store store)
{
    /// <summary>What the workspace lets its users fill in for each job.</summary>
    public static readonly string[] JobFields = ["Auto Download", "Auto Download Path"];

    public void AddTo(Router router)
    {
        router.Add("POST", "/api/v2/organizations/{code}/jobs/{id}/project-assignment/", AssignProjectAsync);
        router.Add("GET", "/api/v2/organizations/{code}/workspaces/{id}/custom-fields/", CustomFields);
    }

    private async Task<ApiAnswer> AssignProjectAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        string project = body.Text("projectId");
        body.ThrowIfInvalid();
        if (request.Id(0) != Account.CompanyCode)
            throw ApiException.NotFound();
        store.Change(transaction =>
        {
            var job = transaction.FindJob(request.Id(1)) ?? throw ApiException.NotFound();
            return transaction.Put(job with { ProjectId = project });
        });
        return ApiAnswer.Ok(new JsonObject { ["projectId"] = project });
    }

    private static ApiAnswer CustomFields(ApiRequest request)
    {
        if (request.Id(0) != Account.CompanyCode || request.Id(1) != Account.WorkspaceId)
            throw ApiException.NotFound();
        return ApiAnswer.Ok(new JsonObject
        {
            ["isEnabled"] = true,
            ["fields"] = new JsonObject
            {
                ["compute"] = new JsonObject
                {
                    ["Context"] = new JsonArray(
                        Field(JobFields[0], "select", "Enabled", "Conditional", "Disabled"),
                        Field(JobFields[1], "text")),
                },
                ["workstation"] = new JsonObject(),
            },
        });
    }

    private static JsonObject Field(string name, string valueType, params string[] options) => new()
    {
        ["name"] = name,
        ["valueType"] = valueType,
        ["enumOptions"] = new JsonArray([.. options.Select(option => (JsonNode)option)]),
        ["placeholder"] = "",
        ["helpText"] = "",
        ["isMultiple"] = false,
        ["isRequired"] = false,
        ["allowOther"] = false,
        ["section"] = "Context",
        ["originatingWorkspace"] = Account.WorkspaceId,
    };
}
