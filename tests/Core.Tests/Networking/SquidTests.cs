using System.Net;
using System.Security.Cryptography;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Networking;

/// <summary>
/// API and storage through a real Squid that wants a sign-on, with Basic and with real NTLM. That the traffic went through it is read in its
/// own log. Skipped, with the reason, where Squid or Samba's ntlm_auth is missing (tests/servers/squid.sh).
/// </summary>
public sealed class SquidTests(SquidFixture fixture, SharedSandbox shared) : IClassFixture<SquidFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ProxyMode> Modes => [ProxyMode.Basic, ProxyMode.Ntlm];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Modes))]
    public async Task A_file_of_100_MB_goes_up_and_comes_down_through_tunnels(ProxyMode mode)
    {
        const int length = 100_000_000;
        var squid = await fixture.GetAsync(mode);
        var sandbox = await fixture.HttpsSandboxAsync();
        var (api, storage) = (sandbox.Instance.ApiUrl.Authority, sandbox.Instance.S3Endpoint.Authority);
        var before = await squid.ReadAsync("CONNECT", storage, bytes: 0);
        await using (var session = await ConnectAsync(sandbox, squid.Settings with { WarmUp = true }))
        {
            await RoundTripAsync(session, length);
        }

        var apiTunnels = await squid.ReadAsync("CONNECT", api);
        var tunnels = await squid.ReadAsync("CONNECT", storage, length, before.Count);
        Assert.All(apiTunnels.Concat(tunnels), line => Assert.Equal(squid.User, line.User));
        Assert.NotEmpty(apiTunnels);
        // Every byte of it, both ways, and a little for TLS.
        Assert.InRange(tunnels.Sum(static line => line.Received), length, length * 1.1);
        Assert.InRange(tunnels.Sum(static line => line.Sent), length, length * 1.1);
    }

    [Theory, MemberData(nameof(Modes))]
    public async Task The_storage_has_no_other_way_than_the_proxy(ProxyMode mode)
    {
        var squid = await fixture.GetAsync(mode);
        var sandbox = await fixture.HttpsSandboxAsync();
        // The API goes past the proxy, which lets this user not in: the transfer itself has nowhere to go.
        var settings = squid.Settings with { NoProxy = sandbox.Instance.ApiUrl.Authority, Credential = new NetworkCredential(squid.User, "wrong") };
        await using var session = await ConnectAsync(sandbox, settings);
        var error = await Assert.ThrowsAsync<RescaleException>(() => RoundTripAsync(session, 1_000_000));
        Assert.Equal(ErrorIds.ProxyAuthenticationRequired, error.ErrorId);
    }

    [Fact]
    public async Task A_large_body_does_not_hang_on_a_refused_sign_on_over_plain_http()
    {
        var squid = await fixture.GetAsync(ProxyMode.Basic);
        var sandbox = await shared.GetAsync();
        var settings = squid.Settings with { NoProxy = sandbox.Instance.ApiUrl.Authority, Credential = new NetworkCredential(squid.User, "wrong") };
        await using var session = await ConnectAsync(sandbox, settings);
        var error = await Assert.ThrowsAsync<RescaleException>(() => RoundTripAsync(session, 50_000_000));
        Assert.Equal(ErrorIds.ProxyAuthenticationRequired, error.ErrorId);
    }

    [Theory, MemberData(nameof(Modes))]
    public async Task A_wrong_password_is_one_clear_error_and_is_not_tried_again(ProxyMode mode)
    {
        var squid = await fixture.GetAsync(mode);
        foreach (var sandbox in new[] { await fixture.HttpsSandboxAsync(), await shared.GetAsync() })
        {
            foreach (var credential in new[] { new NetworkCredential(squid.User, "wrong-password"), new NetworkCredential("nobody", "wrong-password"), null })
            {
                var error = await Assert.ThrowsAsync<RescaleException>(() => ConnectAsync(sandbox, squid.Settings with { Credential = credential }));
                Assert.Equal((ErrorIds.ProxyAuthenticationRequired, ErrorBehavior.Fatal, (int?)407), (error.ErrorId, error.Behavior, error.StatusCode));
                Assert.Contains(squid.Url.Authority, error.Message);
                Assert.DoesNotContain("wrong-password", error.ToString());
                Assert.NotNull(error.RecommendedAction);
            }
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public async Task Over_plain_http_the_api_works_with_bodies_too(ProxyMode mode)
    {
        var squid = await fixture.GetAsync(mode);
        var sandbox = await shared.GetAsync();
        await using var session = await ConnectAsync(sandbox, squid.Settings);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var folder = await session.Client.Folders.CreateAsync((await session.Client.Users.GetRootFoldersAsync(default)).MyLibrary, $"squid-{mode}-{i}", default);
            await foreach (var entry in session.Client.Folders.ListContentsAsync(folder, default))
                Assert.Fail($"{entry} should not be there");
        }));
        var lines = await squid.ReadAsync("GET", new Uri(sandbox.Instance.ApiUrl, "/api/v3/users/me/").AbsoluteUri);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(squid.User, line.User));
    }

    [Fact]
    public async Task Over_plain_http_with_Basic_large_bodies_do_not_hang()
    {
        var squid = await fixture.GetAsync(ProxyMode.Basic);
        await using var session = await ConnectAsync(await shared.GetAsync(), squid.Settings);
        await RoundTripAsync(session, 50_000_000);
    }

    [Fact]
    public async Task Over_plain_http_with_NTLM_large_bodies_are_refused_and_do_not_hang()
    {
        var squid = await fixture.GetAsync(ProxyMode.Ntlm);
        await using var session = await ConnectAsync(await shared.GetAsync(), squid.Settings);
        await RoundTripAsync(session, 10_000);
        var error = await Assert.ThrowsAsync<RescaleException>(() => RoundTripAsync(session, 50_000_000));
        Assert.Equal(ErrorIds.ProxyRefused, error.ErrorId);
    }

    [Fact]
    public async Task A_proxy_that_prefers_Negotiate_takes_NTLM_within_it()
    {
        var squid = await fixture.GetNegotiatingAsync();
        var sandbox = await fixture.HttpsSandboxAsync();
        await using (var session = await ConnectAsync(sandbox, squid.Settings))
        {
            await RoundTripAsync(session, 1_000_000);
        }

        Assert.NotEmpty(await squid.ReadAsync("CONNECT", sandbox.Instance.S3Endpoint.Authority));
        var error = await Assert.ThrowsAsync<RescaleException>(() => ConnectAsync(sandbox, squid.Settings with { Credential = new NetworkCredential(squid.User, "wrong") }));
        Assert.Equal(ErrorIds.ProxyAuthenticationRequired, error.ErrorId);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_resolves_what_only_it_knows()
    {
        var squid = await fixture.GetAsync(ProxyMode.Basic);
        var sandbox = await shared.GetAsync();
        var inside = new UriBuilder(sandbox.Instance.ApiUrl) { Host = "inside.test" }.Uri;
        var variables = new Dictionary<string, string> { ["http_proxy"] = $"http://{squid.User}:{squid.Credential.Password}@{squid.Url.Authority}", ["NO_PROXY"] = "other.test,10.0.0.0/8" };
        Assert.Equal("S3Storage", (await AskAsync(variables)).DefaultStorage.StorageType);
        Assert.NotEmpty(await squid.ReadAsync("GET", new Uri(inside, "/api/v3/users/me/").AbsoluteUri));

        // Past the proxy the name leads nowhere.
        variables["NO_PROXY"] = ".test";
        Assert.Equal(ErrorIds.PlatformUnreachable, (await Assert.ThrowsAsync<RescaleException>(() => AskAsync(variables))).ErrorId);

        async Task<UserProfile> AskAsync(Dictionary<string, string> environment)
        {
            var route = ProxyRoute.From(new ProxySettings(ProxyMode.System), name => environment.GetValueOrDefault(name), FipsMode.Read)!;
            using var client = new RescaleClient(inside, new ApiKey(sandbox.Instance.ApiKey), new ProxyGuard(route, HttpTransport.CreateSockets(new NetworkOptions(), route)), policy: new ApiPolicy { MaxRetries = 0 });
            return await client.Users.GetCurrentAsync(default);
        }
    }

    [Fact]
    public async Task Azure_takes_the_same_way()
    {
        var squid = await fixture.GetAsync(ProxyMode.Basic);
        await using var sandbox = await StartAzureAsync();
        await using (var session = await ConnectAsync(sandbox, squid.Settings))
        {
            await RoundTripAsync(session, 20_000_000);
        }

        var tunnels = await squid.ReadAsync("CONNECT", sandbox.Instance.AzureEndpoint!.Authority, 20_000_000);
        Assert.True(tunnels.Sum(static line => line.Received) >= 20_000_000);
        Assert.True(tunnels.Sum(static line => line.Sent) >= 20_000_000);
    }

    private static async Task<SandboxFixture> StartAzureAsync()
    {
        try
        {
            return await SandboxFixture.StartAsync(new SandboxOptions { Https = true, StorageType = SandboxStorage.Azure });
        }
        catch (RescaleException e) when (e.ErrorId == ErrorIds.SandboxAzuriteMissing)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    private static Task<RescaleSession> ConnectAsync(SandboxFixture sandbox, ProxySettings proxy) => RescaleSession.ConnectAsync(
        new ConnectOptions(sandbox.Instance.ApiUrl.AbsoluteUri, new ApiKey(sandbox.Instance.ApiKey)) { CertificatePath = sandbox.Instance.CertificatePath, StateFolder = sandbox.StateHome, Proxy = proxy },
        default).WaitAsync(TestPatience.Long);

    private async Task RoundTripAsync(RescaleSession session, int length)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var (original, copy) = (_folder.File("original"), _folder.File("copy"));
        await File.WriteAllBytesAsync(original, RandomNumberGenerator.GetBytes(length));
        using var source = new LocalFileSource(original);
        var uploaded = await session.Library.UploadAsync(engine, source, $"{Guid.NewGuid():n}.bin", null, default).WaitAsync(TestPatience.Long);
        var record = await session.Client.Files.GetAsync(uploaded.Id, default);
        var received = await session.Library.DownloadAsync(engine, record, copy, overwrite: true, default).WaitAsync(TestPatience.Long);
        Assert.Equal((length, Integrity.Verified), ((int)received.Length, received.Integrity));
    }
}
