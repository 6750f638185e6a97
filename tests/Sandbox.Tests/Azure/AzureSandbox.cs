using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.Tests.Faults;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Azure;

/// <summary>A sandbox that is an Azure account, for all tests of a class, and raw requests to it.</summary>
public sealed class AzureSandbox : IAsyncLifetime
{
    public const string Container = "sandbox";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = ApiClient.Patience };

    internal static string? WhyMissing { get; } = Programs.Find(OperatingSystem.IsWindows() ? "azurite-blob.cmd" : "azurite-blob") is null
        ? "Azurite is not installed (npm install -g azurite)."
        : null;

    internal LocalSandbox Sandbox { get; private set; } = null!;

    internal ApiClient Api => Sandbox.Api;

    public async ValueTask InitializeAsync()
    {
        if (WhyMissing is null)
            Sandbox = await LocalSandbox.StartAsync(change: settings => settings with { StorageType = "Azure", AllowFaults = true });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (Sandbox is not null)
            await Sandbox.DisposeAsync();
    }

    /// <summary>A signature of the container.</summary>
    internal async Task<string> SignatureAsync() => (await Api.PostAsync("/api/v3/credentials/")).Expect(201).Text("sasToken");

    /// <summary>Address of a blob, or of the container when the name is empty.</summary>
    internal Uri Address(string blob, string query, string signature)
    {
        string path = blob.Length == 0 ? "" : "/" + Uri.EscapeDataString(blob);
        return new Uri($"{Sandbox.Started.AzureEndpoint}/{Container}{path}?{query}{(query.Length == 0 ? "" : "&")}{signature}");
    }

    internal async Task<HttpResponseMessage> SendAsync(string method, string blob, string query, string signature, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Address(blob, query, signature));
        request.Headers.Add("x-ms-version", "2023-11-03");
        if (body is not null)
            request.Content = new ByteArrayContent(body);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>As a client of the platform does it: blocks, then their list with the metadata.</summary>
    internal async Task PutAsync(string blob, byte[] content, string signature, string iv = "")
    {
        string id = Convert.ToBase64String("block-0000000000"u8);
        using var block = await SendAsync("PUT", blob, $"comp=block&blockid={Uri.EscapeDataString(id)}", signature, content);
        Assert.Equal(201, (int)block.StatusCode);
        using var committed = await SendAsync("PUT", blob, "comp=blocklist", signature, Encoding.UTF8.GetBytes($"<BlockList><Latest>{id}</Latest></BlockList>"), ("x-ms-meta-iv", iv));
        Assert.Equal(201, (int)committed.StatusCode);
    }

    /// <summary>A request on a bare socket.</summary>
    internal async Task<RawClient> AskAsync(string method, string blob, string query, string signature, byte[]? body = null)
    {
        var client = await RawClient.ConnectAsync(Sandbox.Started.AzureEndpoint!);
        await client.SendAsync($"{method} {Address(blob, query, signature).PathAndQuery}", "x-ms-version: 2023-11-03\r\n", body);
        return client;
    }

    internal async Task PlanAsync(string fault, Action<JsonObject>? change = null)
    {
        var rule = new JsonObject { ["target"] = "azure", ["fault"] = fault, ["times"] = 1 };
        change?.Invoke(rule);
        (await Api.SendAsync("PUT", "/sandbox/faults/", new JsonObject { ["seed"] = 1, ["rules"] = new JsonArray(rule) })).Expect(200);
    }

    internal async Task<JsonNode> CountersAsync() => (await Api.GetAsync("/sandbox/requests/")).Expect(200)["azure"];
}
