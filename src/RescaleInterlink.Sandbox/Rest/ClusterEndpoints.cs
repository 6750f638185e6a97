using System.Globalization;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Runner;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 6.2, J11 and J12: the cluster of a job, which here is this machine. The platform's own shapes are not known.</summary>
internal sealed class ClusterEndpoints(Store store, JobRunner runner, TimeProvider time)
{
    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v2/jobs/{id}/connection_details/", ConnectionDetails);
        router.Add("GET", "/api/v2/jobs/{id}/cluster-load-measurements/", LoadMeasurements);
    }

    /// <summary>One node while the command runs, none before and after.</summary>
    private ApiAnswer ConnectionDetails(ApiRequest request)
    {
        var nodes = Find(request).Run is { Process: { } process }
            ? new JsonArray(new JsonObject { ["name"] = "localhost", ["ipAddress"] = "127.0.0.1", ["username"] = Environment.UserName, ["processId"] = process.Id })
            : [];
        return ApiAnswer.Ok(new JsonObject { ["nodes"] = nodes });
    }

    /// <summary>Oldest first and all on one page. They are forgotten when the sandbox ends.</summary>
    private ApiAnswer LoadMeasurements(ApiRequest request)
    {
        int hours = int.TryParse(request.Query("hours"), CultureInfo.InvariantCulture, out int asked) && asked > 0 ? Math.Min(asked, 24 * 366) : 1;
        var measured = runner.Load(Find(request).Id, time.GetUtcNow().AddHours(-hours));
        return ApiAnswer.Ok(new JsonObject
        {
            ["count"] = measured.Count,
            ["next"] = null,
            ["previous"] = null,
            ["results"] = new JsonArray([.. measured.Select(View)]),
        });
    }

    private static JsonNode View(LoadMeasurement measurement) => new JsonObject
    {
        ["date"] = Views.Date(measurement.Date),
        ["node"] = "localhost",
        ["cpuPercent"] = Math.Round(measurement.CpuPercent, 1),
        ["cpuSeconds"] = measurement.CpuSeconds,
        ["memoryBytes"] = measurement.MemoryBytes,
        ["processes"] = measurement.Processes,
    };

    private JobRecord Find(ApiRequest request) => store.FindJob(request.Id()) ?? throw ApiException.NotFound();
}
