using System.Diagnostics;
using System.Text.Json;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>The parent's side of a worker: a contender that runs in .NET lives in a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process = Children.Start("worker");

    public int Id => _process.Id;

    /// <exception cref="InvalidOperationException">The work failed, or the worker is gone.</exception>
    public async Task<WorkResult> RunAsync(WorkOrder order)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The worker ended during {order.Work}.");
        var result = JsonSerializer.Deserialize<WorkResult>(line)!;
        return result.Failure is null ? result : throw new InvalidOperationException($"{order.Work} failed: {result.Failure}");
    }

    /// <summary>Gives an order without waiting for its end.</summary>
    public async Task BeginAsync(WorkOrder order)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited) _process.Dispose();
        else await Children.EndAsync(_process);
    }
}
