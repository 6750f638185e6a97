using System.Globalization;
using System.Net;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Networking;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Networking;

/// <summary>Real proxies and what is behind them, each started by the first test that needs it.</summary>
public sealed class SquidFixture : IAsyncDisposable
{
    private readonly Lazy<Task<ServerProcess>> _basic = new(() => ServerProcess.StartAsync("squid.sh", "basic"));
    private readonly Lazy<Task<ServerProcess>> _ntlm = new(() => ServerProcess.StartAsync("squid.sh", "ntlm"));
    private readonly Lazy<Task<ServerProcess>> _negotiate = new(() => ServerProcess.StartAsync("squid.sh", "negotiate"));
    private readonly Lazy<Task<SandboxFixture>> _https = new(() => SandboxFixture.StartAsync(new SandboxOptions { Https = true }));

    public Task<SandboxFixture> HttpsSandboxAsync() => _https.Value;

    /// <summary>Skips the test when Squid, or for NTLM Samba, is not installed.</summary>
    public Task<Squid> GetAsync(ProxyMode mode) => GetAsync(mode, mode == ProxyMode.Ntlm ? _ntlm : _basic);

    /// <summary>One that offers NTLM within Negotiate, and by its own name only behind that.</summary>
    public Task<Squid> GetNegotiatingAsync() => GetAsync(ProxyMode.Ntlm, _negotiate);

    public async ValueTask DisposeAsync()
    {
        if (_https.IsValueCreated && _https.Value.IsCompletedSuccessfully)
            await (await _https.Value).DisposeAsync();
        foreach (var server in new[] { _basic, _ntlm, _negotiate })
        {
            if (server.IsValueCreated && server.Value.IsCompletedSuccessfully)
                await (await server.Value).DisposeAsync();
        }
    }

    private static async Task<Squid> GetAsync(ProxyMode mode, Lazy<Task<ServerProcess>> server)
    {
        var process = await server.Value;
        Assert.SkipWhen(process.Url is null, process.Missing ?? "");
        return new Squid(mode, process.Url!, process.LogPath!);
    }
}

/// <summary>A running Squid, with the sign-on of tests/servers/squid.sh.</summary>
public sealed record Squid(ProxyMode Mode, Uri Url, string LogPath)
{
    private static readonly TimeSpan Patience = TestPatience.Long;

    public string User => Mode == ProxyMode.Ntlm ? "root" : "puser";

    public NetworkCredential Credential => new(User, Mode == ProxyMode.Ntlm ? "hunter2" : "ppass");

    public ProxySettings Settings => new(Mode, Url.Host, Url.Port) { Credential = Credential };

    /// <summary>Lines for that target, as soon as as many bytes have passed in each direction: Squid writes a tunnel down when it is closed.</summary>
    /// <param name="target"><c>host:port</c> of a tunnel, or the address of a request.</param>
    /// <param name="skip">Lines of earlier tests.</param>
    public async Task<IReadOnlyList<AccessLine>> ReadAsync(string method, string target, long bytes = 1, int skip = 0)
    {
        for (var start = TimeProvider.System.GetTimestamp(); ; await Task.Delay(50))
        {
            var lines = (await File.ReadAllLinesAsync(LogPath)).Where(AccessLine.IsWhole).Select(AccessLine.Parse).Where(line => line.Method == method && line.Target == target && line.Status / 100 == 2).Skip(skip).ToList();
            if ((lines.Sum(static line => line.Received) >= bytes && lines.Sum(static line => line.Sent) >= bytes) || TimeProvider.System.GetElapsedTime(start) > Patience)
                return lines;
        }
    }

    /// <param name="Received">Bytes that came from the client.</param>
    /// <param name="Sent">Bytes that went to it.</param>
    public sealed record AccessLine(int Status, long Received, long Sent, string Method, string Target, string User)
    {
        /// <summary>The last one may be under way.</summary>
        public static bool IsWhole(string line) => line.Count(static c => c == ' ') == 5;

        // logformat of tests/servers/squid.sh. NTLM has a domain in front of the user, which is empty here.
        public static AccessLine Parse(string line)
        {
            var fields = line.Split(' ');
            return new AccessLine(Number(fields[0]), Number(fields[1]), Number(fields[2]), fields[3], fields[4], fields[5].TrimStart('\\'));
        }

        private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
