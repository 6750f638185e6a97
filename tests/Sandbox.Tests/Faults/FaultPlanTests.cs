using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Faults;
using RescaleInterlink.Sandbox.Rest;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Faults;

public sealed class FaultPlanTests
{
    [Fact]
    public async Task Plans_are_taken_only_when_the_sandbox_was_started_for_it()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        (await sandbox.Api.SendAsync("PUT", "/sandbox/faults/", new JsonObject { ["rules"] = new JsonArray() })).Expect(404);
        (await sandbox.Api.GetAsync("/sandbox/faults/")).Expect(404);
    }

    [Theory]
    [InlineData("""{"seed": 1}""", "rules")]
    [InlineData("""{"rules": [{"target": "ftp", "fault": "latency"}]}""", "target")]
    [InlineData("""{"rules": [{"target": "api", "fault": "earthquake"}]}""", "fault")]
    [InlineData("""{"rules": [{"target": "api", "fault": "latency", "path": "("}]}""", "path")]
    [InlineData("""{"rules": [{"target": "api", "fault": "latency", "times": "x"}]}""", "times")]
    [InlineData("""{"rules": [{"target": "api", "fault": "99"}]}""", "fault")]
    [InlineData("""{"rules": [{"target": "api", "fault": "latency", "path": "(a)\\1"}]}""", "path")]
    [InlineData("""{"rules": [{"target": "api", "fault": "stall", "milliseconds": 9223372036854775807}]}""", "milliseconds")]
    public async Task A_wrong_plan_is_refused_and_the_old_one_stays(string plan, string field)
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("api", "latency");
        var refused = (await sandbox.Api.SendAsync("PUT", "/sandbox/faults/", JsonNode.Parse(plan))).Expect(400);
        Assert.Contains(field, refused.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("latency", (await sandbox.Api.GetAsync("/sandbox/faults/")).Expect(200)["rules"]![0]!["fault"]!.GetValue<string>());
    }

    [Fact]
    public void The_same_seed_gives_the_same_sequence()
    {
        Assert.Equal(Sequence(7), Sequence(7));
        Assert.NotEqual(Sequence(7), Sequence(8));
        Assert.InRange(Sequence(7).Count(hit => hit), 50, 150);
    }

    [Fact]
    public void Rules_count_what_they_skip_and_how_often_they_hit()
    {
        var plan = Plan(1, new JsonObject { ["target"] = "s3", ["fault"] = "status", ["operation"] = "UploadPart", ["skip"] = 2, ["times"] = 1 });
        Assert.Null(plan.Choose("api", "PUT", "/x", null));
        Assert.Null(plan.Choose("s3", "PUT", "/x", "PutObject"));
        Assert.Equal([false, false, true, false, false], Enumerable.Range(0, 5).Select(_ => plan.Choose("s3", "PUT", "/x", "UploadPart") is not null));
    }

    [Fact]
    public void Method_and_path_narrow_a_rule()
    {
        var plan = Plan(1, new JsonObject { ["target"] = "api", ["fault"] = "status", ["method"] = "post", ["path"] = "^/api/v3/jobs/$" });
        Assert.NotNull(plan.Choose("api", "POST", "/api/v3/jobs/", null));
        Assert.Null(plan.Choose("api", "GET", "/api/v3/jobs/", null));
        Assert.Null(plan.Choose("api", "POST", "/api/v3/jobs/x/", null));
    }

    [Fact]
    public async Task Over_https_an_answer_can_be_cut_too()
    {
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { AllowFaults = true, Https = true });
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPem(await File.ReadAllTextAsync(sandbox.Started.CertificatePath!));
        using var http = new HttpClient(handler) { BaseAddress = new Uri(sandbox.Started.ApiUrl) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", sandbox.Started.ApiKey);
        foreach (string fault in new[] { "truncate", "resetDuring", "resetBefore", "loseReply" })
        {
            using var plan = new StringContent($$"""{"rules": [{"target": "api", "fault": "{{fault}}"}]}""");
            (await http.PutAsync("/sandbox/faults/", plan)).EnsureSuccessStatusCode();
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/api/v3/users/me/"));
        }

        (await http.DeleteAsync("/sandbox/faults/")).EnsureSuccessStatusCode();
        (await http.GetAsync("/api/v3/users/me/")).EnsureSuccessStatusCode();
    }

    private static List<bool> Sequence(long seed)
    {
        var plan = Plan(seed, new JsonObject { ["target"] = "api", ["fault"] = "status", ["probability"] = 0.5 });
        return [.. Enumerable.Range(0, 200).Select(_ => plan.Choose("api", "GET", "/", null) is not null)];
    }

    private static FaultPlan Plan(long seed, JsonObject rule)
    {
        var plan = new FaultPlan();
        plan.Set(seed, [FaultRule.Read(new BodyReader(rule))]);
        return plan;
    }
}
