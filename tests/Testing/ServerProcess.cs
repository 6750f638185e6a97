using System.Diagnostics;

namespace RescaleInterlink.Testing;

/// <summary>
/// A server that somebody else wrote, started by a script of <c>tests/servers</c>. The script ends it when its standard input does,
/// and so also when the process of the tests dies.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int NotInstalled = 77;

    private readonly Process? _process;

    private ServerProcess(Process? process, Uri? url, string? missing, string? logPath = null)
    {
        _process = process;
        Url = url;
        Missing = missing;
        LogPath = logPath;
    }

    /// <summary>Null when it is not installed.</summary>
    public Uri? Url { get; }

    /// <summary>Why there is none on this machine; null when there is.</summary>
    public string? Missing { get; }

    /// <summary>Where it writes down what passes, when the script names that behind the address.</summary>
    public string? LogPath { get; }

    /// <param name="script">Name in <c>tests/servers</c>.</param>
    public static async Task<ServerProcess> StartAsync(string script, params string[] arguments)
    {
        if (OperatingSystem.IsWindows()) return new ServerProcess(null, null, $"{script} needs a Unix shell");
        var process = Process.Start(new ProcessStartInfo(Path.Combine(SandboxFixture.RepositoryRoot, "tests", "servers", script), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TestPatience.Long);
        if (line?.StartsWith("http", StringComparison.Ordinal) == true)
        {
            var parts = line.Split(' ', 2);
            return new ServerProcess(process, new Uri(parts[0]), null, parts.Length > 1 ? parts[1] : null);
        }

        await process.WaitForExitAsync().WaitAsync(TestPatience.Long);
        using (process)
        {
            return process.ExitCode == NotInstalled
                ? new ServerProcess(null, null, line)
                : throw new InvalidOperationException($"{script} failed: {line} {await errors}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        using (_process)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(TestPatience.Long);
        }
    }
}
