using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.LocalSandbox;

/// <summary>The life of the real program, from outside.</summary>
public class SandboxLauncherTests
{
    [Fact]
    public async Task It_starts_is_found_and_stops()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var found = Assert.Single(SandboxLauncher.Find(sandbox.StateHome));
        Assert.Equal(sandbox.Instance.ApiUrl, found.ApiUrl);
        Assert.Equal(sandbox.Instance.ProcessId, found.ProcessId);
        Assert.Equal(sandbox.DataFolder, found.Path);
        Assert.DoesNotContain(found.ApiKey, found.ToString());

        using (var session = await sandbox.ConnectAsync())
            Assert.Equal("S3Storage", session.User.DefaultStorage.StorageType);

        await SandboxLauncher.StopAsync(sandbox.Instance, default);
        Assert.Empty(SandboxLauncher.Find(sandbox.StateHome));
        Assert.Empty(Directory.GetFiles(Path.Combine(sandbox.StateHome, "sandboxes"), "*.json"));
        await FailsWith(ErrorIds.SandboxNotRunning, SandboxLauncher.StopAsync(sandbox.Instance, default));
    }

    [Fact]
    public async Task The_one_that_runs_on_a_folder_is_returned_also_to_several_at_once()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var options = new SandboxOptions { Path = sandbox.DataFolder + "/", StateHome = sandbox.StateHome };
        var again = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SandboxLauncher.StartAsync(SandboxFixture.ProgramPath, options, default)));
        Assert.All(again, other => Assert.Equal(sandbox.Instance.ProcessId, other.ProcessId));
    }

    [Fact]
    public async Task One_that_runs_otherwise_than_asked_is_refused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var options = new SandboxOptions { Path = sandbox.DataFolder, StateHome = sandbox.StateHome };
        Assert.Equal(sandbox.Instance.ProcessId, (await SandboxLauncher.StartAsync(SandboxFixture.ProgramPath, options with { Port = sandbox.Instance.ApiUrl.Port }, default)).ProcessId);
        foreach (var other in new[] { options with { Https = true }, options with { Port = sandbox.Instance.ApiUrl.Port - 1 } })
            await FailsWith(ErrorIds.SandboxStartFailed, SandboxLauncher.StartAsync(SandboxFixture.ProgramPath, other, default));
    }

    [Fact]
    public async Task Two_starts_at_the_same_time_give_one_sandbox()
    {
        using var folder = new TemporaryFolder();
        var options = new SandboxOptions { Path = folder.File("data"), StateHome = folder.File("state") };
        try
        {
            var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SandboxLauncher.StartAsync(SandboxFixture.ProgramPath, options, default)));
            Assert.Equal(both[0].ProcessId, both[1].ProcessId);
        }
        finally
        {
            foreach (var running in SandboxLauncher.Find(options.StateHome))
                await SandboxLauncher.StopAsync(running, default);
        }
    }

    [Fact]
    public async Task After_a_kill_it_is_not_found_and_comes_back_with_port_and_key()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var before = sandbox.Instance;
        await sandbox.KillAsync();
        Assert.Empty(SandboxLauncher.Find(sandbox.StateHome));
        Assert.Empty(Directory.GetFiles(Path.Combine(sandbox.StateHome, "sandboxes"), "*.json"));
        await sandbox.RestartAsync();
        Assert.Equal((before.ApiUrl, before.S3Endpoint, before.ApiKey), (sandbox.Instance.ApiUrl, sandbox.Instance.S3Endpoint, sandbox.Instance.ApiKey));
        Assert.NotEqual(before.ProcessId, sandbox.Instance.ProcessId);
    }

    [Fact]
    public async Task Over_https_its_own_certificate_is_trusted_and_nothing_else_is()
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { Https = true });
        Assert.Equal("https", sandbox.Instance.ApiUrl.Scheme);
        using (var session = await sandbox.ConnectAsync())
            Assert.NotNull(session.User.Email);
        var untrusting = new ConnectOptions(sandbox.Instance.ApiUrl.AbsoluteUri, new ApiKey(sandbox.Instance.ApiKey));
        await FailsWith(ErrorIds.CertificateRejected, RescaleSession.ConnectAsync(untrusting, default));
    }

    [Fact]
    public async Task Neither_key_nor_settings_stand_on_its_command_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The command line is read from /proc.");
        await using var sandbox = await SandboxFixture.StartAsync();
        var line = await File.ReadAllTextAsync($"/proc/{sandbox.Instance.ProcessId}/cmdline");
        Assert.EndsWith("RescaleInterlink.Sandbox.dll\0", line);
        Assert.DoesNotContain(sandbox.Instance.ApiKey, line);
    }

    [Fact]
    public async Task It_is_in_a_session_of_its_own_and_holds_none_of_our_streams()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sessions and handles are read from /proc.");
        // The launcher's own process may have inherited pipes, as pwsh in $x = $(pwsh ...) has.
        await using var sandbox = await SandboxFixture.StartAsync();
        var id = sandbox.Instance.ProcessId;
        var stat = await File.ReadAllTextAsync($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        Assert.Equal(id.ToString(System.Globalization.CultureInfo.InvariantCulture), fields[3]);
        var ours = Directory.GetFiles("/proc/self/fd").Select(Link).Where(static l => l?.StartsWith("pipe:", StringComparison.Ordinal) == true).ToHashSet();
        Assert.DoesNotContain(Directory.GetFiles($"/proc/{id}/fd").Select(Link), link => link is not null && ours.Contains(link));
    }

    [Fact]
    public async Task A_taken_port_is_one_clear_error()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var error = await FailsWith(ErrorIds.SandboxStartFailed, SandboxLauncher.StartAsync(SandboxFixture.ProgramPath, new SandboxOptions { Path = folder.File("data"), StateHome = folder.File("state"), Port = port }, default));
        Assert.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message);
    }

    [Fact]
    public async Task A_missing_program_is_one_clear_error()
    {
        using var folder = new TemporaryFolder();
        var error = await FailsWith(ErrorIds.SandboxStartFailed, SandboxLauncher.StartAsync(folder.File("no.dll"), new SandboxOptions { StateHome = folder.File("state") }, default));
        Assert.Contains("no.dll", error.Message);
    }

    [Fact]
    public async Task A_start_that_was_stopped_before_leaves_no_process()
    {
        using var folder = new TemporaryFolder();
        var options = new SandboxOptions { Path = folder.File("data"), StateHome = folder.File("state") };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SandboxLauncher.StartAsync(SandboxFixture.ProgramPath, options, new CancellationToken(canceled: true)));
        Assert.Empty(SandboxLauncher.Find(folder.File("state")));
    }

    [Fact]
    public async Task A_hanging_one_is_ended_by_force()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Stops a process by a Unix signal.");
        await using var sandbox = await SandboxFixture.StartAsync();
        using var pause = Process.Start("kill", ["-STOP", sandbox.Instance.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await pause.WaitForExitAsync();
        await SandboxLauncher.StopAsync(sandbox.Instance, default);
        Assert.Empty(SandboxLauncher.Find(sandbox.StateHome));
    }

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<RescaleException> FailsWith(string errorId, Task call)
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => call);
        Assert.Equal(errorId, error.ErrorId);
        return error;
    }
}
