using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RescaleInterlink.Testing;

/// <summary>A transfer in a process of its own, to be killed.</summary>
public sealed class TransferChild : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;
    private readonly object _lock = new();
    private TaskCompletionSource _news = New();
    private long _bytes;

    private TransferChild(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>What it has said, but for the bytes.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    /// <summary>What it said at its end; null when it did not get there.</summary>
    public TransferOutcome? Outcome =>
        Lines.FirstOrDefault(line => line.StartsWith("done ", StringComparison.Ordinal)) is { } line
            ? JsonSerializer.Deserialize<TransferOutcome>(line[5..]) : null;

    public static TransferChild Start(TransferSettings settings)
    {
        var start = new ProcessStartInfo("dotnet", [ProgramPath()]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var child = new TransferChild(Process.Start(start)!);
        child._process.StandardInput.WriteLine(JsonSerializer.Serialize(settings));
        child._process.StandardInput.Flush();
        return child;
    }

    /// <summary>Waits until it has said that it has so many bytes, or has ended.</summary>
    public async Task UntilAsync(long bytes)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_bytes >= bytes || _reading.IsCompleted) return;
                news = _news.Task;
            }

            await Task.WhenAny(news, _reading).WaitAsync(TestPatience.Long);
        }
    }

    public void Stop() => Tell("stop");

    /// <summary>Waits until it pauses where it was told to, or has ended.</summary>
    public async Task UntilPausedAsync()
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_lines.Contains("paused") || _reading.IsCompleted) return;
                news = _news.Task;
            }

            await Task.WhenAny(news, _reading).WaitAsync(TestPatience.Long);
        }
    }

    public void GoOn() => Tell("go");

    private void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <returns>0 done, 1 error, 2 stopped, 137 killed.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TestPatience.Long);
        await _reading.WaitAsync(TestPatience.Long);
        return _process.ExitCode;
    }

    private async Task ReadAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                if (line.StartsWith("bytes ", StringComparison.Ordinal)) _bytes = long.Parse(line.AsSpan(6), CultureInfo.InvariantCulture);
                else _lines.Add(line);
                _news.TrySetResult();
                _news = New();
            }
        }

        if (await errors is { Length: > 0 } text) lock (_lock) _lines.Add(text);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static string ProgramPath()
    {
        var sandbox = new FileInfo(SandboxFixture.ProgramPath);
        var configuration = sandbox.Directory!.Parent!.Name;
        var root = sandbox.Directory.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "tests", "TransferProcess", "bin", configuration, sandbox.Directory.Name, "RescaleInterlink.TransferProcess.dll");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }
}
