using System.Net;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Core.Tests.Storage;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Networking;

/// <summary>What a proxy does wrong, told by API and storage in the same words. The proxies here are scripted; the real one is in SquidTests.</summary>
public class ProxyGuardTests
{
    private const string Password = "hunter2-and-more";
    private const string Body = """{"id":"f1","name":"a"}""";

    // Costs only when something is broken: a busy machine is no proxy that says nothing.
    private static readonly TimeSpan Generous = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(403, ErrorIds.ProxyRefused, ErrorBehavior.Fatal)]
    [InlineData(407, ErrorIds.ProxyAuthenticationRequired, ErrorBehavior.Fatal)]
    [InlineData(502, ErrorIds.ProxyRefused, ErrorBehavior.Retry)]
    [InlineData(503, ErrorIds.ProxyRefused, ErrorBehavior.Retry)]
    public async Task A_proxy_that_makes_no_tunnel_is_named(int status, string id, ErrorBehavior behavior)
    {
        await using var proxy = ScriptedServer.InTurn(r => r.SendAsync(status, "<html><title>no</title></html>"u8.ToArray(), "Content-Type: text/html"));
        foreach (var error in await BothAsync(proxy.Url, "https://127.0.0.1:1/", ProxyMode.Basic))
        {
            Assert.Equal((id, behavior), (error.ErrorId, error.Behavior));
            Assert.Equal(status, error.StatusCode);
            Assert.Contains(proxy.Url.Authority, error.Message);
            Assert.DoesNotContain(Password, error.ToString());
            Assert.NotNull(error.RecommendedAction);
        }

        Assert.All(proxy.Requests, static request => Assert.Equal("CONNECT", request.Method));
        Assert.All(proxy.Requests, static request => Assert.DoesNotContain(Clients.Key, string.Join(' ', request.Headers.Values)));
    }

    [Theory]
    [InlineData("The proxy tunnel request to proxy 'http://p.test:8080/' failed with status code '407'.", ErrorIds.ProxyAuthenticationRequired)]
    [InlineData("The proxy tunnel request to proxy 'http://p.test:8080/' failed with status code '403'.", ErrorIds.ProxyRefused)]
    [InlineData("Something else.", ErrorIds.ProxyRefused)]
    public void On_NET_8_the_status_of_a_refused_tunnel_is_in_the_message_only(string message, string id)
    {
        var proxy = new Uri("http://p.test:8080/");
        var route = ProxyRoute.From(new ProxySettings(ProxyMode.Basic, "p.test"))!;
        var failure = new HttpRequestException(HttpRequestError.ProxyTunnelError, message);
        Assert.Equal(id, ProxyErrors.Describe(failure, new Uri("https://platform.rescale.com/"), proxy, route, default)!.ErrorId);
    }

    [Fact]
    public void What_NTLM_throws_at_a_wrong_password_is_a_refused_sign_on_and_elsewhere_is_not_touched()
    {
        var (target, proxy) = (new Uri("https://platform.rescale.com/"), new Uri("http://p.test:8080/"));
        var failure = new ArgumentOutOfRangeException("challenge");
        Assert.Equal(ErrorIds.ProxyAuthenticationRequired, ProxyErrors.Describe(failure, target, proxy, ProxyRoute.From(new ProxySettings(ProxyMode.Ntlm, "p.test"))!, default)!.ErrorId);
        Assert.Null(ProxyErrors.Describe(failure, target, proxy, ProxyRoute.From(new ProxySettings(ProxyMode.Basic, "p.test"))!, default));
    }

    [Fact]
    public async Task A_refused_sign_on_over_plain_http_says_what_the_proxy_takes()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.SendAsync(407, [], "Proxy-Authenticate: NTLM", "Proxy-Authenticate: Basic realm=\"secret realm\""));
        foreach (var error in await BothAsync(proxy.Url, "http://127.0.0.1:1/", ProxyMode.Basic))
        {
            Assert.Equal((ErrorIds.ProxyAuthenticationRequired, ErrorBehavior.Fatal), (error.ErrorId, error.Behavior));
            Assert.Contains("It takes NTLM, Basic.", error.Message);
            Assert.Contains("-ProxyMode Ntlm", error.RecommendedAction);
            Assert.DoesNotContain(Password, error.ToString());
        }
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_not_taken_for_the_server()
    {
        var gone = ScriptedServer.ClosedPort();
        foreach (var error in await BothAsync(gone, "https://127.0.0.1:1/", ProxyMode.Basic))
        {
            Assert.Equal((ErrorIds.ProxyUnreachable, ErrorKind.Unreachable, ErrorBehavior.Retry), (error.ErrorId, error.Kind, error.Behavior));
            Assert.Contains($"{gone.Authority} cannot be reached: the connection was refused", error.Message);
        }

        foreach (var error in await BothAsync(new Uri("http://no-such-proxy.invalid:3128"), "https://127.0.0.1:1/", ProxyMode.Basic))
            Assert.Equal(ErrorIds.ProxyUnreachable, error.ErrorId);
    }

    [Fact]
    public async Task A_proxy_that_says_nothing_ends_with_the_attempt()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.StallAsync());
        foreach (var error in await BothAsync(proxy.Url, "https://127.0.0.1:1/", ProxyMode.Basic, TimeSpan.FromSeconds(1)))
            Assert.Equal(ErrorBehavior.Retry, error.Behavior);
    }

    [Fact]
    public async Task Basic_over_plain_http_signs_on_before_it_is_asked()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.JsonAsync(200, Body));
        using var client = Client(proxy.Url, new Uri("http://127.0.0.1:1/"), ProxyMode.Basic);
        await client.Files.GetAsync("f1", default);
        var request = Assert.Single(proxy.Requests);
        Assert.Equal("http://127.0.0.1:1/api/v3/files/f1/", request.Target);
        Assert.Equal("Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("user:" + Password)), request.Headers["Proxy-Authorization"]);
    }

    [Fact]
    public async Task What_goes_past_the_proxy_does_not_carry_its_password()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, Body));
        using var client = Client(ScriptedServer.ClosedPort(), server.Url, ProxyMode.Basic, "127.0.0.0/8");
        await client.Files.GetAsync("f1", default);
        Assert.False(Assert.Single(server.Requests).Headers.ContainsKey("Proxy-Authorization"));
    }

    [Fact]
    public async Task A_large_body_that_would_wait_for_ever_behind_NTLM_is_refused_at_once()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.StallAsync());
        using var factory = Factory(proxy.Url, ProxyMode.Ntlm);
        await using var store = factory.OpenS3(S3Scripting.Describe(new Uri("http://127.0.0.1:1/")), (_, _) => Task.FromResult(S3Scripting.Keys()));
        var error = await Assert.ThrowsAsync<RescaleException>(() => store.PutAsync("k", new byte[ProxyGuard.LargestNtlmBody + 1], S3Scripting.Metadata(), default));
        Assert.Equal((ErrorIds.ProxyRefused, ErrorBehavior.Fatal), (error.ErrorId, error.Behavior));
        Assert.Contains("-Https", error.RecommendedAction);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task A_page_of_a_proxy_is_called_one()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.SendAsync(403, "<html><head><title>Blocked &amp; logged</title></head></html>"u8.ToArray(), "Content-Type: text/html"));
        using var client = Client(proxy.Url, new Uri("http://127.0.0.1:1/"), ProxyMode.Basic);
        var error = await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default));
        Assert.Contains("an HTML page with the title 'Blocked & logged'; a proxy or a sign-in page may have answered", error.Message);
    }

    private static async Task<RescaleException[]> BothAsync(Uri proxy, string target, ProxyMode mode, TimeSpan? limit = null)
    {
        using var client = Client(proxy, new Uri(target), mode, limit: limit);
        using var factory = Factory(proxy, mode, limit);
        await using var store = factory.OpenS3(S3Scripting.Describe(new Uri(target)), (_, _) => Task.FromResult(S3Scripting.Keys()));
        await using var azure = factory.OpenAzure(new AzureStoreDescription("account", "container", new Uri(target)), (_, _) => Task.FromResult(new SasCredentials("sig=secret", true, DateTimeOffset.MaxValue)));
        return
        [
            await Assert.ThrowsAsync<RescaleException>(() => client.Files.GetAsync("f1", default).WaitAsync(3 * Generous)),
            await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("k", default).WaitAsync(3 * Generous)),
            await Assert.ThrowsAsync<RescaleException>(() => azure.GetPropertiesAsync("k", default).WaitAsync(3 * Generous)),
        ];
    }

    private static RescaleClient Client(Uri proxy, Uri target, ProxyMode mode, string noProxy = "", TimeSpan? limit = null)
        => new(target, new ApiKey(Clients.Key), HttpTransport.Create(Options(proxy, mode, noProxy), decompress: true), TimeProvider.System, Clients.Hasty with { AttemptTimeout = limit ?? Generous });

    private static ObjectStoreFactory Factory(Uri proxy, ProxyMode mode, TimeSpan? limit = null)
        => new(HttpTransport.Create(Options(proxy, mode)), new RetryPolicy(() => 0, TimeProvider.System, Attempts: 1), new StoreTimeouts(limit ?? Generous, Generous));

    private static NetworkOptions Options(Uri proxy, ProxyMode mode, string noProxy = "")
        => new(null, new ProxySettings(mode, proxy.Host, proxy.Port) { Credential = new NetworkCredential("user", Password), NoProxy = noProxy });
}
