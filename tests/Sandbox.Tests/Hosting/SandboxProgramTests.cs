using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Hosting;

/// <summary>The sandbox as a process: its two lines, its files, its signals.</summary>
public sealed class SandboxProgramTests
{
    private const int HangUp = 1;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    [Fact]
    public async Task It_answers_one_line_and_announces_itself()
    {
        using var folder = new TestFolder();
        using var sandbox = await SandboxProgramProcess.StartAsync(folder.Path);
        var started = sandbox.Started;
        Assert.Equal(sandbox.Id, started.ProcessId);
        Assert.Equal(folder.Path, started.Path);
        Assert.Null(started.CertificatePath);

        string state = Assert.Single(Directory.GetFiles(Path.Combine(folder.StateHome, "sandboxes")));
        Assert.Matches("^[0-9a-f]{16}[.]json$", Path.GetFileName(state));
        var announced = JsonNode.Parse(await File.ReadAllTextAsync(state))!;
        Assert.Equal(started.ApiUrl, announced["apiUrl"]!.GetValue<string>());
        Assert.Equal(started.ApiKey, announced["apiKey"]!.GetValue<string>());
        Assert.Equal(started.ProcessId, announced["processId"]!.GetValue<int>());
        Assert.True(DateTimeOffset.Parse(announced["processStartTime"]!.GetValue<string>()) <= DateTimeOffset.UtcNow);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(state));
            foreach (string file in Directory.GetFiles(folder.Path))
                Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(state)!));
        }

        using var api = new ApiClient(started);
        (await api.PostAsync("/sandbox/stop/")).Expect(202);
        Assert.Equal(0, await sandbox.WaitForExitAsync());
        Assert.False(File.Exists(state));
    }

    [Fact]
    public async Task Its_key_is_in_no_log()
    {
        using var folder = new TestFolder();
        using var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings["apiKey"] = "a-very-secret-key");
        using var api = new ApiClient(sandbox.Started);
        (await api.GetAsync("/api/v3/users/me/")).Expect(200);
        (await api.PostAsync("/api/v3/credentials/")).Expect(201);
        (await api.PostAsync("/sandbox/stop/")).Expect(202);
        await sandbox.WaitForExitAsync();
        string log = await File.ReadAllTextAsync(folder.In("sandbox.log"));
        Assert.Contains("/api/v3/users/me/", log, StringComparison.Ordinal);
        Assert.DoesNotContain("a-very-secret-key", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("records.journal", "")]
    [InlineData("records.journal", null)]
    [InlineData("identity.json", "{")]
    public async Task A_file_of_the_data_folder_that_is_lost_or_damaged_is_named(string name, string? content)
    {
        using var folder = new TestFolder();
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            sandbox.KillHard();
            await sandbox.WaitForExitAsync();
        }

        if (content is null)
            File.Delete(folder.In(name));
        else
            await File.WriteAllTextAsync(folder.In(name), content);
        using var again = await SandboxProgramProcess.StartAsync(folder.Path);
        Assert.Equal("SandboxStartFailed", again.Failed.ErrorId);
        Assert.Contains(folder.In(name), again.Failed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("""{"path": "x"}""")]
    [InlineData("""{"path": "", "stateHome": "x"}""")]
    [InlineData("""{"path": "x", "stateHome": "x", "maxRunningJobs": 0}""")]
    [InlineData("""{"path": "x", "stateHome": "x", "rateLimitScale": 0}""")]
    [InlineData("""{"path": "x", "stateHome": "x", "port": 70000}""")]
    public async Task Wrong_settings_are_an_error_line(string input)
    {
        using var sandbox = await SandboxProgramProcess.StartRawAsync(input);
        Assert.Equal("SandboxSettingsInvalid", sandbox.Failed.ErrorId);
        Assert.NotEmpty(sandbox.Failed.Error);
        Assert.Equal(1, await sandbox.WaitForExitAsync());
    }

    [Fact]
    public async Task Ports_and_key_survive_a_kill_and_a_given_port_wins()
    {
        using var folder = new TestFolder();
        Sandbox.Hosting.SandboxStarted first;
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            first = sandbox.Started;
            sandbox.KillHard();
            await sandbox.WaitForExitAsync();
        }

        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            Assert.Equal(first with { ProcessId = sandbox.Id }, sandbox.Started);
            sandbox.KillHard();
            await sandbox.WaitForExitAsync();
        }

        int other = FreePort();
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings["port"] = other))
        {
            Assert.Equal($"http://127.0.0.1:{other}", sandbox.Started.ApiUrl);
            Assert.Equal(first.S3Endpoint, sandbox.Started.S3Endpoint);
        }
    }

    [Fact]
    public async Task A_second_sandbox_on_the_same_folder_is_refused()
    {
        using var folder = new TestFolder();
        using var sandbox = await SandboxProgramProcess.StartAsync(folder.Path);
        using var second = await SandboxProgramProcess.StartAsync(folder.Path);
        Assert.Equal("SandboxFolderInUse", second.Failed.ErrorId);
        Assert.Equal(1, await second.WaitForExitAsync());
        using var api = new ApiClient(sandbox.Started);
        (await api.GetAsync("/sandbox/")).Expect(200);
    }

    [Theory]
    [InlineData("port")]
    [InlineData("s3Port")]
    public async Task A_taken_port_is_named(string which)
    {
        using var folder = new TestFolder();
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        int port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        using var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings[which] = port);
        Assert.Equal("SandboxPortTaken", sandbox.Failed.ErrorId);
        Assert.Contains(port.ToString(), sandbox.Failed.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(folder.StateHome) ? Directory.GetFiles(folder.StateHome, "*", SearchOption.AllDirectories) : []);
    }

    [Fact]
    public async Task It_has_its_own_session_and_ends_on_SIGTERM_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals; its launcher starts the sandbox in a process group of its own.");
        using var folder = new TestFolder();
        using var sandbox = await SandboxProgramProcess.StartAsync(folder.Path);
        if (OperatingSystem.IsLinux())
        {
            // pid (comm) state ppid pgrp session
            string[] stat = (await File.ReadAllTextAsync($"/proc/{sandbox.Id}/stat")).Split(") ")[1].Split(' ');
            Assert.Equal(sandbox.Id.ToString(), stat[2]);
            Assert.Equal(sandbox.Id.ToString(), stat[3]);
        }

        using var api = new ApiClient(sandbox.Started);
        sandbox.Signal(Interrupt);
        sandbox.Signal(HangUp);
        (await api.GetAsync("/sandbox/")).Expect(200);
        Assert.False(sandbox.HasExited);
        sandbox.Signal(Terminate);
        Assert.Equal(0, await sandbox.WaitForExitAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.StateHome, "sandboxes")));
    }

    [Fact]
    public async Task Https_uses_its_own_certificate_and_keeps_it()
    {
        using var folder = new TestFolder();
        string pem;
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings["https"] = true))
        {
            pem = await CheckAsync(sandbox.Started);
            sandbox.Signal(Terminate);
            await sandbox.WaitForExitAsync();
        }

        // Not asked for again: URLs that were saved begin with https.
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
            Assert.Equal(pem, await CheckAsync(sandbox.Started));
    }

    /// <summary>Asks both listeners with nothing trusted but that certificate.</summary>
    private static async Task<string> CheckAsync(Sandbox.Hosting.SandboxStarted started)
    {
        string pem = await File.ReadAllTextAsync(started.CertificatePath!);
        Assert.DoesNotContain("PRIVATE", pem, StringComparison.Ordinal);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new System.Security.Cryptography.X509Certificates.X509ChainPolicy
        {
            TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust,
            RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPem(pem);
        using var http = new HttpClient(handler);
        foreach (string url in new[] { started.ApiUrl, started.ApiUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), started.S3Endpoint })
        {
            Assert.StartsWith("https://", url, StringComparison.Ordinal);
            using var answer = await http.GetAsync(url + "/api/v3/users/me/");
            Assert.InRange((int)answer.StatusCode, 400, 499);
        }

        return pem;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
