using System.Diagnostics;
using System.Text.Json;

namespace RescaleInterlink.Testing;

/// <summary>What a process is told that makes many API calls.</summary>
/// <param name="ApiKey">A secret, though one of a sandbox.</param>
/// <param name="AtOnce">Calls under way at a time.</param>
public sealed record CallSettings(string ApiUrl, string ApiKey, string StateFolder, int Calls, int AtOnce);

/// <summary>What it says at its end.</summary>
/// <param name="Ended">When each call was answered: milliseconds of the system's own clock since its start, the same in all processes.</param>
/// <param name="Notices">What the commands of a user would have been told.</param>
public sealed record CallOutcome(double[] Ended, string[] Notices);

/// <summary>A process of its own that lists jobs again and again, as fast as it is let.</summary>
public sealed class CallChild : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private CallChild(Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>Ends when it is connected.</summary>
    public static async Task<CallChild> StartAsync(CallSettings settings)
    {
        var start = new ProcessStartInfo("dotnet", [TransferChild.ProgramPath(), "calls"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var child = new CallChild(Process.Start(start)!);
        await child.TellAsync(JsonSerializer.Serialize(settings));
        await child.HearAsync("ready");
        return child;
    }

    public Task BeginAsync() => TellAsync("go");

    public async Task<CallOutcome> EndAsync() => JsonSerializer.Deserialize<CallOutcome>(await HearAsync("done "))!;

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(TestPatience.Long);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    private async Task<string> HearAsync(string beginning)
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TestPatience.Long);
        return line?.StartsWith(beginning, StringComparison.Ordinal) == true
            ? line[beginning.Length..]
            : throw new InvalidOperationException($"The process said '{line}' instead of '{beginning}'. {await _errors}");
    }
}
