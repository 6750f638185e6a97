using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 7: core types, software, automations.</summary>
internal static class CatalogEndpoints
{
    /// <param name="router">The routes.</param>
    /// <param name="pagedAutomations">The one list that the platform answers in two shapes: a bare array, or pages.</param>
    public static void AddTo(Router router, bool pagedAutomations)
    {
        router.Add("GET", "/api/v3/coretypes/", request => CoreTypes(request, (entry, order) => entry.View(order)));
        router.Add("GET", "/api/v2/coretypes/", request => CoreTypes(request, (entry, order) => entry.ViewV2(order)));
        router.Add("GET", "/api/v3/analyses/", request => List(request, Catalog.Analyses, (entry, order) => entry.View(order)));
        router.Add("GET", "/api/v2/analyses/", request => List(request, Catalog.Analyses, (entry, order) => entry.ViewV2(order)));
        router.Add("GET", "/api/v3/automations/", request => pagedAutomations
            ? List(request, Catalog.Automations, (entry, _) => entry.View())
            : ApiAnswer.Ok(new JsonArray([.. Catalog.Automations.Select(entry => entry.View())])));
    }

    private static ApiAnswer CoreTypes(ApiRequest request, Func<Catalog.CoreTypeEntry, int, JsonObject> view)
    {
        bool? isActive = request.Query("isActive")?.ToLowerInvariant() switch { "true" or "1" => true, "false" or "0" => false, _ => null };
        return List(request, Catalog.CoreTypes.Where(entry => isActive is null || entry.IsActive == isActive), view);
    }

    private static ApiAnswer List<T>(ApiRequest request, IEnumerable<T> entries, Func<T, int, JsonObject> view)
    {
        var range = Paging.Range(request);
        return Paging.Answer(request, range, range.Take(entries.Select(view)), entry => entry);
    }
}
