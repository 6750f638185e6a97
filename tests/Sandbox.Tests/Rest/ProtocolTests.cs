using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Rest;

/// <summary>What all endpoints have in common.</summary>
public sealed class ProtocolTests
{
    [Theory]
    [InlineData("Token")]
    [InlineData("Bearer")]
    public async Task Both_schemes_are_taken(string scheme)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        (await sandbox.Api.SendAsync("GET", "/api/v3/users/me/", authorization: new AuthenticationHeaderValue(scheme, sandbox.Started.ApiKey))).Expect(200);
    }

    [Theory]
    [InlineData("Token", "wrong")]
    [InlineData("Bearer", "wrong")]
    [InlineData("Basic", "KEY")]
    [InlineData("token", "KEYx")]
    public async Task A_wrong_key_is_401_everywhere(string scheme, string key)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var authorization = new AuthenticationHeaderValue(scheme, key.Replace("KEY", sandbox.Started.ApiKey, StringComparison.Ordinal));
        foreach (var (method, path) in new[] { ("GET", "/api/v3/users/me/"), ("POST", "/api/v3/jobs/"), ("POST", "/sandbox/stop/"), ("GET", "/sandbox/"), ("POST", "/api/v3/credentials/") })
        {
            var refused = (await sandbox.Api.SendAsync(method, path, authorization: authorization)).Expect(401);
            Assert.Equal("Invalid token.", refused.Text("detail"));
        }

        Assert.False(sandbox.StopAsked.IsCompleted);
    }

    [Fact]
    public async Task No_key_is_401()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Started.ApiUrl) };
        using var answer = await http.GetAsync("/api/v3/users/me/");
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Contains("Authentication credentials were not provided.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_end_with_a_slash()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var moved = (await sandbox.Api.GetAsync("/api/v3/jobs?ordering=-dateInserted")).Expect(301);
        Assert.Equal("/api/v3/jobs/?ordering=-dateInserted", moved.Message.Headers.Location!.ToString());
        Assert.Equal("Not found.", (await sandbox.Api.PostAsync("/api/v3/jobs", ApiClient.JobBody("true"))).Expect(404).Text("detail"));
        (await sandbox.Api.GetAsync("/api/v3/nothing")).Expect(404);
        (await sandbox.Api.GetAsync("/api/v3/nothing/")).Expect(404);
    }

    [Fact]
    public async Task A_method_that_does_not_fit_is_405()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var refused = (await sandbox.Api.SendAsync("PUT", "/api/v3/files/")).Expect(405);
        Assert.Equal("Method \"PUT\" not allowed.", refused.Text("detail"));
        Assert.Equal(["GET", "POST"], refused.Message.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("")]
    public async Task A_body_that_is_no_object_is_400(string body)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Started.ApiUrl) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Token", sandbox.Started.ApiKey);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/v3/jobs/", content);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.IsType<JsonObject>(JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Lists_are_paged_with_absolute_addresses()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        for (int i = 0; i < 7; i++)
            await sandbox.Api.CreateAsync(ApiClient.JobBody("true", $"job {i}"));
        List<string> names = [];
        string? next = "/api/v3/jobs/?ordering=-dateInserted&page_size=3&unknown=x";
        int pages = 0;
        while (next is not null)
        {
            var page = (await sandbox.Api.GetAsync(next)).Expect(200);
            Assert.Equal(7, page["count"].GetValue<int>());
            names.AddRange(page.Results.Select(job => job!["name"]!.GetValue<string>()));
            Assert.Equal(++pages > 1, page.Body!["previous"] is not null);
            next = page.Body["next"]?.GetValue<string>();
            Assert.True(next is null || next.StartsWith(sandbox.Started.ApiUrl + "/api/v3/jobs/?", StringComparison.Ordinal));
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(i => $"job {i}"), names);
        Assert.Equal("Invalid page.", (await sandbox.Api.GetAsync("/api/v3/jobs/?page=9")).Expect(404).Text("detail"));
        (await sandbox.Api.GetAsync("/api/v3/jobs/?page=0")).Expect(404);
        Assert.Equal(7, (await sandbox.Api.GetAsync("/api/v3/jobs/?page_size=nonsense")).Expect(200).Results.Count);
    }

    [Fact]
    public async Task Requests_are_counted_by_route()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        await sandbox.Api.GetAsync("/api/v3/files/abc/");
        await sandbox.Api.GetAsync("/api/v3/files/def/");
        var counters = (await sandbox.Api.GetAsync("/sandbox/requests/")).Expect(200);
        Assert.True(counters["api"]["bytesOut"]!.GetValue<long>() > 0);
        Assert.Equal(2, counters["api"]["requests"]!["GET /api/v3/files/{id}/"]!.GetValue<int>());
        (await sandbox.Api.SendAsync("DELETE", "/sandbox/requests/")).Expect(204);
        counters = (await sandbox.Api.GetAsync("/sandbox/requests/")).Expect(200);
        Assert.Null(counters["api"]["requests"]!["GET /api/v3/files/{id}/"]);
    }
}
