using System.Diagnostics;
using System.Text.Json;

namespace RescaleInterlink.Testing;

/// <param name="Directory">Folder that is archived; null for none.</param>
public sealed record PipelineRow(string JobName, string? Directory, string Command, string[] Tags);

/// <summary>What a process is told that runs a pipeline.</summary>
/// <param name="ApiKey">A secret, though one of a sandbox.</param>
/// <param name="Destination">Null does not wait for the jobs.</param>
/// <param name="KillAt">Where the process ends itself as kill -9 does: <c>BeforeCall:N</c>, <c>AfterCall:N</c>; null for nowhere.</param>
public sealed record PipelineSettings(string ApiUrl, string ApiKey, string StateFolder, string StatePath, string? Destination, PipelineRow[] Rows, string? KillAt = null)
{
    /// <summary>A file that all jobs get.</summary>
    public string? ExtraFile { get; init; }

    /// <summary>Compress the archives.</summary>
    public bool Gzip { get; init; }
}

/// <summary>A pipeline in a process of its own, to be killed.</summary>
public sealed class PipelineChild : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _lines = [];

    private PipelineChild(Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>What it has said, once it has ended.</summary>
    public string Said => string.Join('\n', _lines);

    /// <summary>Ends when the run is about to begin.</summary>
    public static async Task<PipelineChild> StartAsync(PipelineSettings settings)
    {
        var start = new ProcessStartInfo("dotnet", [TransferChild.ProgramPath(), "pipeline"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var child = new PipelineChild(Process.Start(start)!);
        await child._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings));
        await child._process.StandardInput.FlushAsync();
        if (await child._process.StandardOutput.ReadLineAsync().WaitAsync(TestPatience.Long) != "begun")
            throw new InvalidOperationException($"The process did not begin. {await child._errors}");
        return child;
    }

    public async Task<int> KillAsync()
    {
        _process.Kill();
        return await ExitAsync();
    }

    /// <returns>0 when all jobs succeeded, 1 when not, 137 when killed.</returns>
    public async Task<int> ExitAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(TestPatience.Long) is { } line)
            _lines.Add(line);
        await _process.WaitForExitAsync().WaitAsync(TestPatience.Long);
        if (await _errors is { Length: > 0 } text)
            _lines.Add(text);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }
}
