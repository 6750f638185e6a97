using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests;

public class SessionTests(SharedSandbox shared)
{
    [Fact]
    public async Task A_good_key_connects()
    {
        var sandbox = await shared.GetAsync();
        await using var session = await sandbox.ConnectAsync();
        Assert.Equal(sandbox.Instance.ApiUrl, session.ApiUrl);
        Assert.Equal("sandbox", session.User.DefaultStorage.ConnectionSettings!.Container);
        Assert.NotEqual(Guid.Empty, session.Id);
        Assert.NotNull(session.Jobs);
        Assert.NotNull(session.CreatePipeline());
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.signature")]
    public async Task A_wrong_key_is_rejected_and_not_shown(string key)
    {
        var sandbox = await shared.GetAsync();
        var error = await FailsAsync(new ConnectOptions(sandbox.Instance.ApiUrl.AbsoluteUri, new ApiKey(key)));
        Assert.Equal((ErrorIds.ApiKeyRejected, ErrorKind.Authentication, 401), (error.ErrorId, error.Kind, error.StatusCode));
        Assert.DoesNotContain(key, error.ToString());
    }

    [Fact]
    public async Task A_host_that_refuses_is_unreachable_after_a_few_seconds()
    {
        var time = new SkippingTime(static due => due <= TimeSpan.FromSeconds(3));
        var error = await FailsAsync(new ConnectOptions(ScriptedServer.ClosedPort().AbsoluteUri, new ApiKey("k")) { Time = time });
        Assert.Equal((ErrorIds.PlatformUnreachable, ErrorKind.Unreachable), (error.ErrorId, error.Kind));
        Assert.Equal(2, time.Waits.Count);
        Assert.True(time.Waits.Aggregate(TimeSpan.Zero, static (a, b) => a + b) < TimeSpan.FromSeconds(10));
        Assert.NotNull(error.RecommendedAction);
    }

    [Fact]
    public async Task A_host_that_says_nothing_is_given_up_within_the_tests_time()
    {
        await using var server = ScriptedServer.InTurn(r => r.StallAsync());
        var error = await FailsAsync(new ConnectOptions(server.Url.AbsoluteUri, new ApiKey("k")) { Policy = new ApiPolicy { ConnectionTestTime = TimeSpan.FromMilliseconds(300) } });
        Assert.Equal(ErrorIds.PlatformTimeout, error.ErrorId);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://platform.rescale.com")]
    public async Task Another_host_is_never_asked(string url)
        => Assert.Equal(ErrorIds.PlatformNotAllowed, (await FailsAsync(new ConnectOptions(url, new ApiKey("k")))).ErrorId);

    [Fact]
    public async Task Something_else_on_that_port_is_told_from_a_platform()
    {
        await using var server = ScriptedServer.InTurn(r => r.SendAsync(200, "<html>router login</html>"u8.ToArray(), "Content-Type: text/html"));
        Assert.Equal(ErrorIds.PlatformProtocol, (await FailsAsync(new ConnectOptions(server.Url.AbsoluteUri, new ApiKey("k")))).ErrorId);
    }

    private static Task<RescaleException> FailsAsync(ConnectOptions options)
        => Assert.ThrowsAsync<RescaleException>(() => RescaleSession.ConnectAsync(options, default).WaitAsync(TestPatience.Long));
}
