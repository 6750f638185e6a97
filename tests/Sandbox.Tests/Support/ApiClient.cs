using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Hosting;

namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>Speaks to a sandbox's API as any client would, and knows the requests that tests repeat.</summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>Generous: the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;

    public ApiClient(SandboxStarted sandbox)
    {
        Sandbox = sandbox;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(sandbox.ApiUrl), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Token", sandbox.ApiKey);
    }

    public SandboxStarted Sandbox { get; }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> PostAsync(string path, JsonNode? body = null) => SendAsync("POST", path, body);

    public async Task<Answer> SendAsync(string method, string path, JsonNode? body = null, AuthenticationHeaderValue? authorization = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = authorization;
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response);
    }

    /// <summary>The body of a job that runs a command; tests change it as they need.</summary>
    public static JsonObject JobBody(string command, string name = "job", params string[] inputs) => new()
    {
        ["name"] = name,
        ["jobanalyses"] = new JsonArray(new JsonObject
        {
            ["command"] = command,
            ["analysis"] = new JsonObject { ["code"] = "user_included", ["version"] = "0" },
            ["hardware"] = new JsonObject { ["coreType"] = new JsonObject { ["code"] = "emerald" }, ["coresPerSlot"] = 1, ["slots"] = 1, ["walltime"] = 1 },
            ["inputFiles"] = new JsonArray([.. inputs.Select(id => new JsonObject { ["id"] = id, ["decompress"] = true })]),
            ["envVars"] = new JsonObject(),
            ["useRescaleLicense"] = false,
            ["onDemandLicenseSeller"] = null,
            ["userDefinedLicenseSettings"] = null,
        }),
        ["isLowPriority"] = false,
    };

    public async Task<string> CreateAsync(JsonObject body) => (await PostAsync("/api/v3/jobs/", body)).Expect(201).Id;

    public async Task<string> SubmitAsync(JsonObject body)
    {
        string id = await CreateAsync(body);
        (await PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(200);
        return id;
    }

    /// <summary>Status and reason, newest first.</summary>
    public async Task<IReadOnlyList<(string Status, string? Reason)>> StatusesAsync(string jobId)
        => [.. (await GetAsync($"/api/v3/jobs/{jobId}/statuses/")).Expect(200).Results
            .Select(entry => (entry!["status"]!.GetValue<string>(), entry["statusReason"]?.GetValue<string>()))];

    /// <summary>Waits until the job's current status is the given one, or a final one.</summary>
    public async Task<(string Status, string? Reason)> WaitAsync(string jobId, string? status = null)
    {
        (string Status, string? Reason) current = default;
        await Eventually.TrueAsync(
            async () => (current = (await StatusesAsync(jobId))[0]).Status == status || current.Status is "Completed" or "Stopped",
            () => $"The job is {current}.");
        return current;
    }

    public async Task<JsonArray> OutputsAsync(string jobId) => (await GetAsync($"/api/v2/jobs/{jobId}/files/?page_size=1000")).Expect(200).Results;

    public void Dispose() => _http.Dispose();
}
