using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Hosting;
using RescaleInterlink.Sandbox.Runner;

namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>The sandbox as the program it is, started as its launcher starts it.</summary>
internal sealed class SandboxProgramProcess : IDisposable
{
    private readonly Process _process;

    private SandboxProgramProcess(Process process, string line)
    {
        _process = process;
        Line = line;
    }

    /// <summary>The one line it answered.</summary>
    public string Line { get; }

    /// <summary>Fails when it answered an error.</summary>
    public SandboxStarted Started => JsonSerializer.Deserialize<SandboxStarted>(Line, JsonSerializerOptions.Web)!;

    /// <summary>The error it answered.</summary>
    public SandboxFailed Failed => JsonSerializer.Deserialize<SandboxFailed>(Line, JsonSerializerOptions.Web)!;

    public int Id => _process.Id;

    public static Task<SandboxProgramProcess> StartAsync(string path, Action<JsonObject>? change = null)
    {
        var settings = new JsonObject { ["path"] = path, ["stateHome"] = path + "-state" };
        change?.Invoke(settings);
        return StartRawAsync(settings.ToJsonString());
    }

    public static async Task<SandboxProgramProcess> StartRawAsync(string input)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SandboxHost).Assembly.Location]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(ApiClient.Patience);
        string line = await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The sandbox answered nothing.");
        return new SandboxProgramProcess(process, line);
    }

    public void Signal(int signal) => UnixCommandProcess.Signal(Id, signal);

    public void KillHard() => _process.Kill();

    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(ApiClient.Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public bool HasExited => _process.HasExited;

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
