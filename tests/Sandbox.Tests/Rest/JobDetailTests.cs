using System.Diagnostics;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Rest;

/// <summary>Custom fields of a job, and the cluster it runs on.</summary>
public sealed class JobDetailTests
{
    [Fact]
    public async Task Custom_fields_are_those_of_the_workspace_and_what_the_user_has_set()
    {
        string folder = LocalSandbox.NewFolder();
        string id;
        await using (var sandbox = await LocalSandbox.StartAsync(folder))
        {
            id = await sandbox.Api.CreateAsync(ApiClient.JobBody("true"));
            Assert.Equal("Auto Download= Auto Download Path=", await FieldsAsync(sandbox, id));
            var set = new JsonObject { ["Auto Download"] = "Enabled", ["Größe \"x\""] = 3.50, ["list"] = new JsonArray("a", null), ["gone"] = true };
            (await sandbox.Api.SendAsync("PUT", $"/sandbox/jobs/{id}/custom-fields/", set)).Expect(200);
            (await sandbox.Api.SendAsync("PUT", $"/sandbox/jobs/{id}/custom-fields/", new JsonObject { ["gone"] = null })).Expect(200);
            (await sandbox.Api.SendAsync("PUT", "/sandbox/jobs/none/custom-fields/", set)).Expect(404);
            (await sandbox.Api.SendAsync("PUT", $"/sandbox/jobs/{id}/custom-fields/", new JsonArray())).Expect(400);
            (await sandbox.Api.GetAsync("/api/v3/jobs/none/custom-fields/")).Expect(404);
        }

        await using (var sandbox = await LocalSandbox.StartAsync(folder))
            Assert.Equal("Auto Download=\"Enabled\" Auto Download Path= Größe \"x\"=3.5 list=[\"a\",null] gone=", await FieldsAsync(sandbox, id));
        Directory.Delete(folder, recursive: true);
        Directory.Delete(folder + "-state", recursive: true);
    }

    [Fact]
    public async Task The_cluster_of_a_job_is_its_process_on_this_machine()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.CreateAsync(ApiClient.JobBody(OperatingSystem.IsWindows() ? "while ($true) { }" : "while :; do :; done & while :; do sleep 0.01; done"));
        Assert.Empty(await NodesAsync(sandbox, id));
        Assert.Empty(await LoadAsync(sandbox, id));
        (await sandbox.Api.PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(200);
        await sandbox.Api.WaitAsync(id, "Executing");

        var node = Assert.Single(await NodesAsync(sandbox, id))!;
        Assert.Equal("127.0.0.1", node["ipAddress"]!.GetValue<string>());
        using (var process = Process.GetProcessById(node["processId"]!.GetValue<int>()))
            Assert.False(process.HasExited);

        // Each look measures; the loop in the background has used some time of a processor sooner or later.
        JsonNode last = null!;
        await Eventually.TrueAsync(async () => (last = (await LoadAsync(sandbox, id))[^1]!)["cpuSeconds"]!.GetValue<double>() >= 0.1, () => $"{last}");
        Assert.True(last["memoryBytes"]!.GetValue<long>() > 0);
        if (OperatingSystem.IsLinux())
            Assert.True(last["processes"]!.GetValue<int>() >= 2);
        var times = (await LoadAsync(sandbox, id)).Select(entry => entry!["cpuSeconds"]!.GetValue<double>()).ToList();
        Assert.True(times.Count >= 2);
        Assert.Equal(times.Order(), times);

        (await sandbox.Api.PostAsync($"/api/v3/jobs/{id}/stop/")).Expect(202);
        await sandbox.Api.WaitAsync(id);
        Assert.Empty(await NodesAsync(sandbox, id));
        Assert.True((await LoadAsync(sandbox, id)).Count >= times.Count);
        (await sandbox.Api.GetAsync("/api/v2/jobs/none/connection_details/")).Expect(404);
        (await sandbox.Api.GetAsync("/api/v2/jobs/none/cluster-load-measurements/?hours=1")).Expect(404);
    }

    private static async Task<string> FieldsAsync(LocalSandbox sandbox, string id)
    {
        var fields = (await sandbox.Api.GetAsync($"/api/v3/jobs/{id}/custom-fields/")).Expect(200).Body!.AsObject();
        Assert.All(fields, field => Assert.Equal(field.Key, field.Value!["meta"]!["name"]!.GetValue<string>()));
        return string.Join(' ', fields.Select(field => $"{field.Key}={field.Value!["value"]?.ToJsonString()}"));
    }

    private static async Task<JsonArray> NodesAsync(LocalSandbox sandbox, string id)
        => (await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/connection_details/")).Expect(200)["nodes"].AsArray();

    private static async Task<JsonArray> LoadAsync(LocalSandbox sandbox, string id)
        => (await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/cluster-load-measurements/?hours=1")).Expect(200).Results;
}
