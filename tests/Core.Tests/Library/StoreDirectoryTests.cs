using System.Net;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

/// <summary>Which store a file lies in, and that a real platform cannot send the bytes elsewhere.</summary>
public class StoreDirectoryTests
{
    private const string NoSuchKey = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>none</Message></Error>";

    [Fact]
    public async Task A_file_in_another_bucket_is_asked_for_there_with_credentials_for_its_place()
    {
        await using var s3 = new ScriptedServer((_, reply) => reply.SendAsync(404, System.Text.Encoding.UTF8.GetBytes(NoSuchKey), "Content-Type: application/xml"));
        await using var api = new ScriptedServer((_, reply) => reply.JsonAsync(201, """{"storageType":"S3Storage","accessKey":"ASIAX","secretKey":"s","sessionToken":"t"}"""));
        using var client = Clients(api.Url);
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        var own = Storage("own", "eu-west-1", "mine", s3.Url.AbsoluteUri);
        var user = new UserProfile(null, null, null, null, own);
        var file = new PlatformFile { Id = "1", Name = "a", Storage = Storage("other", "us-east-2", "settings-bucket", null), PathParts = new PathParts("theirs", "p/a") };
        var store = stores.ForFile(file, user);
        var error = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("p/a", default));
        Assert.Equal(ErrorIds.ObjectNotFound, error.ErrorId);
        Assert.StartsWith("/theirs/p/a", s3.Requests[0].Target);
        Assert.Contains("/us-east-2/s3/", s3.Requests[0].Headers["Authorization"]);
        Assert.Equal("""{"storage":{"id":"other","storageType":"S3Storage"},"paths":[{"pathParts":{"container":"theirs","path":"p/a"}}]}""", api.Requests.Single().BodyText);
    }

    [Fact]
    public async Task The_users_own_endpoint_goes_before_the_platforms()
    {
        await using var s3 = new ScriptedServer((_, reply) => reply.SendAsync(404, System.Text.Encoding.UTF8.GetBytes(NoSuchKey), "Content-Type: application/xml"));
        await using var api = new ScriptedServer((_, reply) => reply.JsonAsync(201, """{"storageType":"S3Storage","accessKey":"ASIAX","secretKey":"s","sessionToken":"t"}"""));
        using var client = Clients(api.Url);
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System, s3.Url);
        var user = new UserProfile(null, null, null, null, Storage("own", "r", "mine", "http://127.0.0.1:1/"));
        await Assert.ThrowsAsync<RescaleException>(() => stores.ForUploads(user).GetPropertiesAsync("k", default));
        Assert.StartsWith("/mine/k", s3.Requests[0].Target);
    }

    [Theory]
    [InlineData("http://storage.example.com/")]
    [InlineData("https://user:secret@storage.example.com/")]
    [InlineData("ftp://127.0.0.1/")]
    public void An_endpoint_in_the_open_or_with_a_password_is_refused(string address)
    {
        Assert.False(StorageEndpoints.IsAllowed(new Uri(address)));
        Assert.DoesNotContain("secret", StorageEndpoints.NotAllowed(new Uri(address)).Message);
    }

    [Fact]
    public async Task Stores_are_opened_once_for_each_place()
    {
        using var client = Clients(new Uri("http://127.0.0.1:1/"));
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        var own = Storage("own", "r", "mine", "http://127.0.0.1:2/");
        var user = new UserProfile(null, null, null, null, own);
        PlatformFile File(string id, string container) => new() { Id = id, Name = id, Storage = own, PathParts = new PathParts(container, id) };
        Assert.Same(stores.ForUploads(user), stores.ForUploads(user));
        Assert.Same(stores.ForFile(File("1", "mine"), user), stores.ForFile(File("2", "mine"), user));
        Assert.NotSame(stores.ForFile(File("1", "mine"), user), stores.ForFile(File("1", "theirs"), user));
    }

    [Fact]
    public async Task The_blank_settings_of_a_record_are_filled_from_the_profile()
    {
        using var client = Clients(new Uri("http://127.0.0.1:1/"));
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        var user = new UserProfile(null, null, null, null, Storage("own", "r", "mine", "http://127.0.0.1:2/"));
        var blank = new StorageDescription("own", "S3Storage", "default", new StorageConnection("", "", "", "", "", ""));
        Assert.NotNull(stores.ForFile(new PlatformFile { Id = "1", Name = "a", Storage = blank, PathParts = new PathParts("mine", "a") }, user));
    }

    [Fact]
    public async Task A_real_platform_does_not_choose_the_endpoint()
    {
        await using var s3 = ScriptedServer.InTurn(r => r.JsonAsync(200, ""));
        using var credentials = new Answering("""{"storageType":"S3Storage","accessKey":"ASIAX","secretKey":"s","sessionToken":"t"}""");
        using var client = new RescaleClient(new Uri("https://platform.rescale.com/"), new ApiKey("k"), credentials);
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        // The region is made up so that the cloud's own endpoint, which is what must be asked, has no address.
        var user = new UserProfile(null, null, null, null, Storage("own", "no-such-region.invalid", "mine", s3.Url.AbsoluteUri));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<Exception>(() => stores.ForUploads(user).GetPropertiesAsync("a", limit.Token));
        Assert.Empty(s3.Requests);
    }

    [Theory]
    [InlineData("http://storage.example/")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("nonsense")]
    public async Task Even_a_sandbox_may_not_name_plain_http_elsewhere(string endpoint)
    {
        using var client = Clients(new Uri("http://127.0.0.1:1/"));
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        var error = Assert.Throws<RescaleException>(() => stores.ForUploads(new UserProfile(null, null, null, null, Storage("own", "r", "c", endpoint))));
        Assert.Equal(ErrorIds.PlatformProtocol, error.ErrorId);
    }

    [Fact]
    public async Task Storage_that_is_not_supported_or_not_described_is_said_so()
    {
        using var client = Clients(new Uri("http://127.0.0.1:1/"));
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        Assert.Equal(ErrorIds.StorageNotSupported, Assert.Throws<RescaleException>(() => stores.ForUploads(new UserProfile(null, null, null, null, new StorageDescription("a", "TapeStorage", null, null)))).ErrorId);
        Assert.Equal(ErrorIds.PlatformProtocol, Assert.Throws<RescaleException>(() => stores.ForUploads(new UserProfile(null, null, null, null, new StorageDescription("a", "AzureStorage", null, null)))).ErrorId);
        Assert.Equal(ErrorIds.PlatformProtocol, Assert.Throws<RescaleException>(() => stores.ForUploads(new UserProfile(null, null, null, null, new StorageDescription("a", "S3Storage", null, null)))).ErrorId);
    }

    [Theory]
    [InlineData("evil.example.com/")]
    [InlineData("evil.example.com#")]
    [InlineData("UPPER")]
    [InlineData("ab")]
    [InlineData("account\n")]
    public async Task What_is_no_name_of_an_Azure_account_chooses_no_host(string account)
    {
        using var client = Clients(new Uri("http://127.0.0.1:1/"));
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        var error = Assert.Throws<RescaleException>(() => stores.ForUploads(new UserProfile(null, null, null, null, Azure("a", account, "c", null))));
        Assert.Equal(ErrorIds.PlatformProtocol, error.ErrorId);
    }

    [Fact]
    public async Task A_file_on_Azure_is_fetched_with_its_own_token_by_a_user_of_S3()
    {
        await using var azure = new ScriptedServer((_, reply) => reply.SendAsync(404, [], "x-ms-error-code: BlobNotFound"));
        await using var api = new ScriptedServer((request, reply) => reply.JsonAsync(201,
            """{"storageType":"AzureStorage","sasToken":"?sr=c&sig=shared","paths":[{"path":"x/b","pathParts":{"container":"theirs","path":"x/b"},"sasToken":"?sr=b&sig=own"}]}"""));
        using var client = Clients(api.Url);
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System, new Uri("https://s3.of.the.user/"));
        var user = new UserProfile(null, null, null, null, Storage("own", "r", "mine", "http://127.0.0.1:1/"));
        var file = new PlatformFile { Id = "1", Name = "b", Storage = Azure("az", "account1", "c", azure.Url.AbsoluteUri), PathParts = new PathParts("theirs", "x/b") };

        var store = stores.ForFile(file, user);
        var error = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("x/b", default));
        await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("x/b", default));
        // A blob for which there is no token of its own gets the container's, which then serves all others.
        await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("x/other", default));
        await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("x/third", default));

        Assert.Equal(ErrorIds.ObjectNotFound, error.ErrorId);
        Assert.Equal(["/account1/theirs/x/b?sr=b&sig=own", "/account1/theirs/x/b?sr=b&sig=own", "/account1/theirs/x/other?sr=c&sig=shared", "/account1/theirs/x/third?sr=c&sig=shared"],
            azure.Requests.Select(static r => Uri.UnescapeDataString(r.Target)));
        Assert.Equal(["x/b", "x/other"], api.Requests.Select(static r => System.Text.Json.JsonDocument.Parse(r.BodyText).RootElement.GetProperty("paths")[0].GetProperty("pathParts").GetProperty("path").GetString()));
        Assert.Contains("\"storage\":{\"id\":\"az\",\"storageType\":\"AzureStorage\"}", api.Requests[0].BodyText);
    }

    [Fact]
    public async Task Uploads_to_Azure_use_the_containers_token()
    {
        await using var azure = new ScriptedServer((request, reply) => reply.SendAsync(201, [], "ETag: \"0x1\"", "Last-Modified: Sat, 21 Nov 2026 08:00:00 GMT"));
        await using var api = new ScriptedServer((_, reply) => reply.JsonAsync(200, """{"storageType":"AzureStorage","sasToken":"sr=c&sig=shared"}"""));
        using var client = Clients(api.Url);
        await using var stores = new StoreDirectory(client, new NetworkOptions(), TimeProvider.System);
        var user = new UserProfile(null, null, null, null, Azure("own", "account1", "mine", azure.Url.AbsoluteUri));
        await stores.ForUploads(user).PutAsync("a b", new byte[16], new Dictionary<string, string> { ["iv"] = "x" }, default);
        Assert.Equal(["PUT /account1/mine/a%20b?comp=block&blockid=YmxvY2stMDAwMDAwMDAwMA%3D%3D&sr=c&sig=shared", "PUT /account1/mine/a%20b?comp=blocklist&sr=c&sig=shared"],
            azure.Requests.Select(static r => $"{r.Method} {r.Target}"));
        Assert.Equal("x", azure.Requests[1].Headers["x-ms-meta-iv"]);
        Assert.Empty(api.Requests.Single().Body);
    }

    private static RescaleClient Clients(Uri url) => Platform.Clients.For(url);

    private static StorageDescription Storage(string id, string region, string container, string? endpoint)
        => new(id, "S3Storage", "default", new StorageConnection(region, container, "base", "base", "", "", endpoint));

    private static StorageDescription Azure(string id, string account, string container, string? endpoint)
        => new(id, "AzureStorage", "default", new StorageConnection("", container, "base", "", "", account, endpoint));

    private sealed class Answering(string json) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(json) });
    }
}
