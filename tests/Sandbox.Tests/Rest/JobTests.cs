using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Rest;

public sealed class JobTests
{
    [Fact]
    public async Task A_created_job_waits_and_forgets_its_tags()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var created = (await sandbox.Api.PostAsync("/api/v3/jobs/", ApiClient.JobBody("true", "My job").With(body => body["tags"] = new JsonArray("a")))).Expect(201);
        Assert.Equal("Pending", created["jobStatus"]["content"]!.GetValue<string>());
        string id = created.Id;

        // The single job carries no status; the list does.
        var job = (await sandbox.Api.GetAsync($"/api/v3/jobs/{id}/")).Expect(200);
        Assert.Equal("My job", job.Text("name"));
        Assert.False(job.Body!.AsObject().ContainsKey("jobStatus"));
        Assert.Equal("true", job["jobanalyses"][0]!["command"]!.GetValue<string>());
        Assert.Equal("Pending", Assert.Single((await sandbox.Api.GetAsync("/api/v3/jobs/")).Results)!["jobStatus"]!["content"]!.GetValue<string>());

        Assert.Empty((await sandbox.Api.GetAsync($"/api/v3/jobs/{id}/tags/")).Expect(200).Body!.AsArray());
        (await sandbox.Api.PostAsync($"/api/v3/jobs/{id}/tags/", new JsonObject { ["name"] = "a" })).Expect(201);
        Assert.Single((await sandbox.Api.GetAsync($"/api/v3/jobs/{id}/tags/")).Body!.AsArray());
        Assert.Empty((await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/runs/")).Expect(200).Results);
    }

    [Fact]
    public async Task A_job_shows_the_environment_it_was_created_with_and_the_list_does_not()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var body = ApiClient.JobBody("true");
        body["jobanalyses"]![0]!["envVars"] = new JsonObject { ["A"] = "b ü" };
        var created = (await sandbox.Api.PostAsync("/api/v3/jobs/", body)).Expect(201);
        Assert.Equal("b ü", created["jobanalyses"][0]!["envVars"]!["A"]!.GetValue<string>());
        var job = (await sandbox.Api.GetAsync($"/api/v3/jobs/{created.Id}/")).Expect(200);
        Assert.Equal("b ü", job["jobanalyses"][0]!["envVars"]!["A"]!.GetValue<string>());
        Assert.False(Assert.Single((await sandbox.Api.GetAsync("/api/v3/jobs/")).Results)!.AsObject().ContainsKey("jobanalyses"));
    }

    public static TheoryData<string, string> WrongJobs => new()
    {
        { "name", """{"name": ""}""" },
        { "jobanalyses", """{"jobanalyses": []}""" },
        { "jobanalyses", """{"jobanalyses": null}""" },
        { "jobanalyses", """{"jobanalyses": "x"}""" },
        { "jobanalyses", """{"jobanalyses": ["x"]}""" },
        { "command", """{"command": null}""" },
        { "code", """{"analysis": {"code": "unknown"}}""" },
        { "version", """{"analysis": {"code": "openfoam", "version": "10"}}""" },
        { "analysis", """{"analysis": null}""" },
        { "coreType", """{"hardware": {"coreType": {"code": "unknown"}, "coresPerSlot": 1, "walltime": 1}}""" },
        { "coreType", """{"hardware": {"coreType": {"code": "nickel"}, "coresPerSlot": 1, "walltime": 1}}""" },
        { "walltime", """{"hardware": {"coreType": {"code": "emerald"}, "coresPerSlot": 1, "walltime": 0}}""" },
        { "walltime", """{"hardware": {"coreType": {"code": "emerald"}, "coresPerSlot": 1}}""" },
        { "walltime", """{"hardware": {"coreType": {"code": "emerald"}, "coresPerSlot": 1, "walltime": 0.5}}""" },
        { "coresPerSlot", """{"hardware": {"coreType": {"code": "emerald"}, "coresPerSlot": 0, "walltime": 1}}""" },
        { "slots", """{"hardware": {"coreType": {"code": "emerald"}, "coresPerSlot": 1, "slots": 0, "walltime": 1}}""" },
        { "inputFiles", """{"inputFiles": [{"id": "none"}]}""" },
        { "envVars", """{"envVars": {"a=b": "x"}}""" },
        { "envVars", """{"envVars": []}""" },
        { "jobAutomations", """{"jobAutomations": [{"automation": {"id": "none"}, "environmentVariables": {}}]}""" },
    };

    [Theory]
    [MemberData(nameof(WrongJobs))]
    public async Task A_wrong_job_is_400_and_names_the_field(string field, string change)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var body = ApiClient.JobBody("true");
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            var place = name is "name" or "jobanalyses" or "jobAutomations" ? body : body["jobanalyses"]![0]!.AsObject();
            place[name] = value?.DeepClone();
        }

        var refused = (await sandbox.Api.PostAsync("/api/v3/jobs/", body)).Expect(400);
        Assert.Contains($"\"{field}\"", refused.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/jobs/")).Results);
    }

    [Fact]
    public async Task Two_analyses_are_refused()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var body = ApiClient.JobBody("true");
        body["jobanalyses"]!.AsArray().Add(body["jobanalyses"]![0]!.DeepClone());
        (await sandbox.Api.PostAsync("/api/v3/jobs/", body)).Expect(400);
    }

    [Fact]
    public async Task An_automation_without_variables_is_500_as_on_the_platform()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var body = ApiClient.JobBody("true").With(body => body["jobAutomations"] = JsonNode.Parse("""[{"automation": {"id": "auPost"}}]"""));
        (await sandbox.Api.PostAsync("/api/v3/jobs/", body)).Expect(500);
    }

    [Fact]
    public async Task Only_a_job_that_is_known_and_new_can_be_submitted()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        (await sandbox.Api.PostAsync("/api/v2/jobs/none/submit/")).Expect(404);
        string id = await sandbox.Api.CreateAsync(ApiClient.JobBody("exit 0"));
        (await sandbox.Api.PostAsync($"/api/v3/jobs/{id}/stop/")).Expect(400);
        (await sandbox.Api.PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(200);
        (await sandbox.Api.PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(400);
        await sandbox.Api.WaitAsync(id);
        (await sandbox.Api.PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(400);
    }

    [Fact]
    public async Task A_project_is_assigned_beneath_the_own_company_alone()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.CreateAsync(ApiClient.JobBody("true"));
        string company = (await sandbox.Api.GetAsync("/api/v3/users/me/"))["company"]["code"]!.GetValue<string>();
        var project = new JsonObject { ["projectId"] = "p1" };
        (await sandbox.Api.PostAsync($"/api/v2/organizations/{company}/jobs/{id}/project-assignment/", project)).Expect(200);
        Assert.Equal("p1", (await sandbox.Api.GetAsync($"/api/v3/jobs/{id}/")).Text("projectId"));
        (await sandbox.Api.PostAsync($"/api/v2/organizations/other/jobs/{id}/project-assignment/", project)).Expect(404);
        (await sandbox.Api.PostAsync($"/api/v2/organizations/{company}/jobs/none/project-assignment/", project)).Expect(404);
        (await sandbox.Api.PostAsync($"/api/v2/organizations/{company}/jobs/{id}/project-assignment/", new JsonObject())).Expect(400);
    }

    [Fact]
    public async Task The_catalogue_names_what_a_job_may_use()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var all = (await sandbox.Api.GetAsync("/api/v3/coretypes/")).Expect(200).Results;
        var active = (await sandbox.Api.GetAsync("/api/v3/coretypes/?isActive=true")).Expect(200).Results;
        Assert.True(active.Count < all.Count);
        Assert.All(active, type => Assert.True(type!["isActive"]!.GetValue<bool>()));
        Assert.Contains("emerald", active.Select(type => type!["code"]!.GetValue<string>()));
        Assert.NotNull((await sandbox.Api.GetAsync("/api/v2/coretypes/")).Expect(200).Results[0]!["price"]);

        var analyses = (await sandbox.Api.GetAsync("/api/v3/analyses/")).Expect(200).Results;
        var included = analyses.Single(analysis => analysis!["code"]!.GetValue<string>() == "user_included")!;
        Assert.Equal("0", included["versions"]![0]!["versionCode"]!.GetValue<string>());
        Assert.NotNull((await sandbox.Api.GetAsync("/api/v2/analyses/")).Expect(200).Results[0]!["supportDesks"]);
        Assert.Equal(["pre", "post"], (await sandbox.Api.GetAsync("/api/v3/automations/")).Expect(200).Body!.AsArray().Select(entry => entry!["executeOn"]!.GetValue<string>()));
        var fields = (await sandbox.Api.GetAsync("/api/v2/organizations/sandbox/workspaces/wsSandbox/custom-fields/")).Expect(200);
        Assert.Equal("Auto Download", fields["fields"]["compute"]!["Context"]![0]!["name"]!.GetValue<string>());
    }
}
