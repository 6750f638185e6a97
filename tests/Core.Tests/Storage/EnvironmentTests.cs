using System.Net;
using RescaleInterlink.Library;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>Changes the process's environment, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(EnvironmentTests), DisableParallelization = true)]
[Collection(nameof(EnvironmentTests))]
public sealed class EnvironmentTests(SharedSandbox shared) : IAsyncLifetime
{
    private const string Nowhere = "http://127.0.0.1:1";

    // So poisonous that any use of it breaks every request.
    private static readonly Dictionary<string, string> Poison = new()
    {
        ["AWS_REGION"] = "nowhere-1",
        ["AWS_ENDPOINT_URL"] = Nowhere,
        ["AWS_ENDPOINT_URL_S3"] = Nowhere,
        ["AWS_ACCESS_KEY_ID"] = "wrong",
        ["AWS_SECRET_ACCESS_KEY"] = "wrong",
        ["AWS_SESSION_TOKEN"] = "wrong",
        ["AWS_USE_FIPS_ENDPOINT"] = "true",
        ["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_supported",
        ["AWS_MAX_ATTEMPTS"] = "7",
        ["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"] = "false",
        ["AWS_PROFILE"] = "none-such",
        ["AZURE_CLIENT_ID"] = "wrong",
        ["AZURE_CLIENT_SECRET"] = "wrong",
        ["AZURE_TENANT_ID"] = "wrong",
        ["AZURE_USERNAME"] = "wrong",
        ["AZURE_PASSWORD"] = "wrong",
        ["AZURE_AUTHORITY_HOST"] = Nowhere,
        ["AZURE_STORAGE_ACCOUNT"] = "wrong",
        ["AZURE_STORAGE_KEY"] = "d3Jvbmc=",
        ["AZURE_STORAGE_SAS_TOKEN"] = "sig=wrong",
        ["AZURE_STORAGE_CONNECTION_STRING"] = $"BlobEndpoint={Nowhere}/",
        ["HTTP_PROXY"] = Nowhere,
        ["HTTPS_PROXY"] = Nowhere,
        ["ALL_PROXY"] = Nowhere,
        ["http_proxy"] = Nowhere,
        ["https_proxy"] = Nowhere,
        ["all_proxy"] = Nowhere,
    };

    private readonly Dictionary<string, string?> _before = [];
    private readonly IWebProxy _proxyBefore = HttpClient.DefaultProxy;
    private SandboxFixture _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        // Started before, so that it does not inherit any of it.
        _sandbox = await shared.GetAsync();
        foreach (var (name, value) in Poison)
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }

        // .NET reads the variables once for a process, and perhaps has done so already.
        HttpClient.DefaultProxy = new WebProxy(Nowhere);
    }

    public ValueTask DisposeAsync()
    {
        HttpClient.DefaultProxy = _proxyBefore;
        foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_proxy_of_the_environment_would_break_what_uses_it()
    {
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(_sandbox.Instance.ApiUrl));
    }

    [Fact]
    public async Task S3_takes_nothing_from_the_environment()
    {
        await using var stores = await AccountStores.OpenAsync(_sandbox);
        await ObjectStoreContract.PutAndReadBack(stores.Store);
    }

    [Fact]
    public async Task Azure_takes_nothing_from_the_environment()
    {
        var content = new byte[1000];
        await using var server = S3Scripting.Serve((request, _) => request.Method == "PUT" ? AzureScripting.Created() : AzureScripting.Range(content));
        using var factory = new ObjectStoreFactory(new NetworkOptions());
        await using var store = factory.OpenAzure(
            new AzureStoreDescription("account1", "container", server.Url), (_, _) => Task.FromResult(AzureScripting.Sas()));
        await store.PutAsync("key", content, S3Scripting.Metadata(), default);
        await store.ReadRangeAsync("key", 0, new byte[content.Length], null, default);
        Assert.All(server.Requests, request =>
        {
            Assert.StartsWith("/account1/container/key?", request.Target, StringComparison.Ordinal);
            Assert.Contains("sig=" + AzureScripting.Secret, request.Target, StringComparison.Ordinal);
            Assert.DoesNotContain("Authorization", request.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task A_whole_transfer_takes_nothing_from_the_environment()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("a.bin"), new byte[100_000]);
        await using var session = await _sandbox.ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        using var source = new LocalFileSource(folder.File("a.bin"));
        var uploaded = await session.Library.UploadAsync(engine, source, "environment.bin", null, new UploadOptions(), default);
        var record = await session.Client.Files.GetAsync(uploaded.Id, default);
        var received = await session.Library.DownloadAsync(engine, record, folder.File("b.bin"), overwrite: false, default);
        Assert.Equal((uploaded.Sha512, Integrity.Verified), (received.Sha512, received.Integrity));
    }
}
