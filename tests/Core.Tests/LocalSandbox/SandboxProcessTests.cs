using System.Diagnostics;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.LocalSandbox;

/// <summary>Programs that do not behave as a sandbox, played by shell scripts in the place of <c>dotnet</c>.</summary>
public sealed class SandboxProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SandboxProcessTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_that_only_ends_gives_its_exit_code_and_its_last_words_redacted()
    {
        var error = await Fails(ErrorIds.SandboxStartFailed, "echo 'port in use; Authorization: Token 0123456789abcdef0123456789abcdef01234567' >&2; exit 7");
        Assert.Contains("exit code 7", error.Message);
        Assert.Contains("port in use", error.Message);
        Assert.DoesNotContain("0123456789abcdef", error.Message);
    }

    [Fact]
    public async Task Its_own_error_is_told() => Assert.Contains("Port 80 is taken", (await Fails(ErrorIds.SandboxStartFailed, """read line; echo '{"error":"Port 80 is taken","errorId":"X"}'; exit 1""")).Message);

    [Theory]
    [InlineData("echo Hello; exec sleep 100")]
    [InlineData("echo '{}'; exec sleep 100")]
    [InlineData("""echo '{"apiUrl":"http://evil.example/","s3Endpoint":"http://127.0.0.1:1/","apiKey":"k","path":"/p","processId":1}'; exec sleep 100""")]
    public async Task An_answer_that_no_sandbox_gives_is_refused(string script) => await Fails(ErrorIds.SandboxStartFailed, script);

    [Fact]
    public async Task A_missing_framework_is_told_with_the_install_line()
    {
        var error = await Fails(ErrorIds.SandboxRuntimeMissing, "exit 150");
        Assert.Equal(ErrorKind.MissingDependency, error.Kind);
        Assert.Contains(DotnetHost.InstallLine, error.RecommendedAction);
    }

    [Fact]
    public async Task Settings_go_in_as_one_line_and_the_callers_key_does_not()
    {
        var seen = _folder.File("seen");
        await Fails(ErrorIds.SandboxStartFailed, $"read line; echo \"$line\" > '{seen}'; env >> '{seen}'; exit 1", new SandboxOptions { Port = 5, MaxRunningJobs = 2, RateLimitScale = 20.5, AllowFaults = true });
        var lines = await File.ReadAllLinesAsync(seen);
        Assert.Equal(
            $$"""{"path":"{{_folder.File("data")}}","stateHome":"{{_folder.File("state")}}","port":5,"https":false,"maxRunningJobs":2,"rateLimitScale":20.5,"pagedAutomations":false,"allowFaults":true}""",
            lines[0]);
        Assert.DoesNotContain(lines, static l => l.StartsWith("RESCALE_API_KEY=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_start_ends_the_process_at_once()
    {
        var pid = _folder.File("pid");
        using var stop = new CancellationTokenSource();
        var start = StartAsync($"echo $$ > '{pid}'; exec sleep 1000", new SandboxOptions(), stop.Token);
        while (!File.Exists(pid) || (await File.ReadAllTextAsync(pid)).Length == 0)
            await Task.Delay(10);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.WaitAsync(TestPatience.Long));
        var id = int.Parse(await File.ReadAllTextAsync(pid), System.Globalization.CultureInfo.InvariantCulture);
        var patience = Stopwatch.StartNew();
        while (ProcessIdentity.IsAlive(id, null))
        {
            Assert.True(patience.Elapsed < TestPatience.Long, "the half-started process lives on");
            await Task.Delay(10);
        }
    }

    private async Task<RescaleException> Fails(string errorId, string script, SandboxOptions? options = null)
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => StartAsync(script, options ?? new SandboxOptions(), default).WaitAsync(TestPatience.Long));
        Assert.Equal(errorId, error.ErrorId);
        return error;
    }

    private Task<SandboxInstance> StartAsync(string script, SandboxOptions options, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(_folder.File("dotnet")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "shared", "Microsoft.AspNetCore.App", "10.0.1"));
        var program = Path.Combine(root, "dotnet");
        File.WriteAllText(program, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(_folder.File("program.dll"), "");
        var host = new DotnetHost(name => name == "DOTNET_ROOT" ? root : null, []);
        return SandboxLauncher.StartAsync(_folder.File("program.dll"), options with { Path = _folder.File("data"), StateHome = _folder.File("state") }, host, cancellationToken);
    }
}
