using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;

namespace RescaleInterlink.Benchmarks.Target;

/// <summary>The target in its own process, and what the benchmark asks it.</summary>
internal sealed class TargetProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _control;

    private TargetProcess(Process process, int fast, int slow)
    {
        _process = process;
        Fast = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{fast}"));
        Slow = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{slow}"));
        _control = new HttpClient { BaseAddress = Fast };
    }

    /// <summary>As fast as the machine.</summary>
    public Uri Fast { get; }

    /// <summary>As object stores are.</summary>
    public Uri Slow { get; }

    public static async Task<TargetProcess> StartAsync()
    {
        var process = Children.Start("target");
        var ports = (await process.StandardOutput.ReadLineAsync())?.Split(' ') ?? throw new InvalidOperationException("The target did not start.");
        return new TargetProcess(process, int.Parse(ports[0], CultureInfo.InvariantCulture), int.Parse(ports[1], CultureInfo.InvariantCulture));
    }

    public double CpuSeconds()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.TotalSeconds;
    }

    public Task ClearSinkAsync() => ClearAsync(ObjectTarget.Sink + "/");

    public async Task ClearAsync(string prefix)
    {
        using var reply = await _control.GetAsync(new Uri("/-/clear?prefix=" + prefix, UriKind.Relative));
        reply.EnsureSuccessStatusCode();
    }

    /// <summary>What came over the wire since the last call.</summary>
    public async Task<CounterValues> TakeCountersAsync() => (await _control.GetFromJsonAsync<CounterValues>("/-/counters"))!;

    /// <summary>Makes a long object out of a kept one.</summary>
    /// <param name="tail">Bytes behind the last repetition.</param>
    public async Task RepeatAsync(string from, string to, int times, byte[] tail)
    {
        using var reply = await _control.GetAsync(new Uri(
            string.Create(CultureInfo.InvariantCulture, $"/-/repeat?from={from}&to={to}&times={times}&tail={Convert.ToHexString(tail)}"), UriKind.Relative));
        reply.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await Children.EndAsync(_process);
    }
}
