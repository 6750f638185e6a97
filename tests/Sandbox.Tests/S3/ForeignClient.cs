using System.Diagnostics;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>A client of S3 that is no part of this repository, when the machine has it.</summary>
internal sealed class ForeignClient
{
    private readonly string _program;
    private readonly S3Server _server;

    private ForeignClient(string program, S3Server server)
    {
        _program = program;
        _server = server;
    }

    /// <summary>The client; skips the test with the reason when it is not installed.</summary>
    public static ForeignClient Require(string name, S3Server server)
    {
        // Distribution packages first: a shim on the path may stand for nothing.
        var folders = new[] { "/usr/bin" }.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        var program = folders.Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)).FirstOrDefault(File.Exists);
        if (program is null) Assert.Skip($"{name} is not installed.");
        return new ForeignClient(program!, server);
    }

    /// <summary>Runs the client with the server's credentials in its environment; its failure is the test's.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var environment = start.Environment;
        environment["AWS_ACCESS_KEY_ID"] = _server.Credential.AccessKey;
        environment["AWS_SECRET_ACCESS_KEY"] = _server.Credential.SecretKey;
        environment["AWS_SESSION_TOKEN"] = _server.Credential.SessionToken;
        environment["AWS_DEFAULT_REGION"] = "us-east-1";
        environment["AWS_EC2_METADATA_DISABLED"] = "true";
        environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(Path.GetTempPath(), "no-such-aws-configuration");
        environment["RCLONE_CONFIG"] = Path.Combine(Path.GetTempPath(), "no-such-rclone-configuration");
        environment["RCLONE_CONFIG_SANDBOX_TYPE"] = "s3";
        environment["RCLONE_CONFIG_SANDBOX_PROVIDER"] = "Other";
        environment["RCLONE_CONFIG_SANDBOX_ENV_AUTH"] = "true";
        environment["RCLONE_CONFIG_SANDBOX_REGION"] = "us-east-1";
        environment["RCLONE_CONFIG_SANDBOX_ENDPOINT"] = _server.Url.ToString();
        environment["RCLONE_CONFIG_SANDBOX_FORCE_PATH_STYLE"] = "true";
        // Neither a machine's proxy nor its certificates concern a plain listener on loopback; rclone refuses the latter outright.
        environment["NO_PROXY"] = environment["no_proxy"] = "127.0.0.1";
        environment.Remove("AWS_CA_BUNDLE");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(ApiClient.Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{_program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{await output}\n{await errors}");
        return await output;
    }
}
