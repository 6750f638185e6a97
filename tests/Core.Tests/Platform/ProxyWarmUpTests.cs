using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

public class ProxyWarmUpTests
{
    private const string User = """{"id":"u","email":"a@b","defaultStorage":{"id":"s","storageType":"S3Storage"}}""";

    [Theory]
    [InlineData(200)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task Any_answer_below_500_has_come_through(int status)
    {
        await using var proxy = ScriptedServer.InTurn(r => r.SendAsync(status, "<html></html>"u8.ToArray()), r => r.JsonAsync(200, User));
        await using var session = await ConnectAsync(proxy);
        Assert.Equal(["http://127.0.0.1:1/api/v3/", "http://127.0.0.1:1/api/v3/users/me/"], proxy.Requests.Select(static r => r.Target));
        Assert.False(proxy.Requests[0].Headers.ContainsKey("Authorization"));
        Assert.True(proxy.Requests[1].Headers.ContainsKey("Authorization"));
        // The same connection: what was signed on there stays so.
        Assert.All(proxy.Requests, static r => Assert.Equal(1, r.Connection));
    }

    [Theory]
    [InlineData(502, ErrorIds.PlatformFault)]
    [InlineData(407, ErrorIds.ProxyAuthenticationRequired)]
    public async Task The_key_is_not_sent_where_it_has_not(int status, string id)
    {
        await using var proxy = ScriptedServer.InTurn(r => r.SendAsync(status, []));
        var error = await Assert.ThrowsAsync<RescaleException>(() => ConnectAsync(proxy));
        Assert.Equal((id, (int?)status), (error.ErrorId, error.StatusCode));
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task Silence_ends_it_after_its_15_seconds()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.StallAsync());
        var time = new ManualTime();
        using var transport = HttpTransport.Create(new NetworkOptions());
        var warmUp = ProxyWarmUp.RunAsync(proxy.Url, transport, time, default);
        while (proxy.Requests.Count == 0)
            await Task.Delay(5);
        time.Advance(ProxyWarmUp.Limit - TimeSpan.FromTicks(1));
        Assert.False(warmUp.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(ErrorIds.PlatformTimeout, (await Assert.ThrowsAsync<RescaleException>(() => warmUp.WaitAsync(TestPatience.Long))).ErrorId);
    }

    [Fact]
    public async Task Without_the_wish_there_is_none()
    {
        await using var proxy = ScriptedServer.InTurn(r => r.JsonAsync(200, User));
        await using var session = await ConnectAsync(proxy, warmUp: false);
        Assert.Equal("http://127.0.0.1:1/api/v3/users/me/", Assert.Single(proxy.Requests).Target);
    }

    private static Task<RescaleSession> ConnectAsync(ScriptedServer proxy, bool warmUp = true) => RescaleSession.ConnectAsync(
        new ConnectOptions("http://127.0.0.1:1", new ApiKey(Clients.Key)) { Proxy = new ProxySettings(ProxyMode.Basic, proxy.Url.Host, proxy.Url.Port) { WarmUp = warmUp } }, default);
}
