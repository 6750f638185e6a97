using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Measures the processes of one run, every few seconds and whenever somebody asks. Thread-safe.</summary>
internal sealed class LoadMonitor(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The last hour and a half; what is older is forgotten.</summary>
    private const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<LoadMeasurement> _measurements = [];
    private LoadMeasurement? _last;
    private RunProcess? _process;
    private ITimer? _timer;

    public void Begin(RunProcess process)
    {
        lock (_gate)
        {
            _process = process;
            _timer = time.CreateTimer(_ => Measure(), null, Interval, Interval);
            Measure();
        }
    }

    /// <summary>What was measured stays.</summary>
    public void End()
    {
        lock (_gate)
        {
            _process = null;
            _timer?.Dispose();
            _timer = null;
        }
    }

    /// <returns>Oldest first, up to now when the run is under way.</returns>
    public IReadOnlyList<LoadMeasurement> Since(DateTimeOffset earliest)
    {
        Measure();
        lock (_gate)
            return [.. _measurements.Where(measurement => measurement.Date >= earliest)];
    }

    public void Dispose() => End();

    private void Measure()
    {
        lock (_gate)
        {
            if (_process is null || ProcessUsage.Of(_process) is not { } usage)
                return;
            var now = time.GetUtcNow();
            double seconds = _last is null ? 0 : (now - _last.Date).TotalSeconds;
            // What has ended takes its share with it on systems that do not tell; no load is below nothing.
            double percent = seconds > 0 ? Math.Max(0, (usage.CpuSeconds - _last!.CpuSeconds) / seconds * 100) : 0;
            _last = new LoadMeasurement(now, usage.CpuSeconds, percent, usage.MemoryBytes, usage.Processes);
            _measurements.Enqueue(_last);
            if (_measurements.Count > Most)
                _measurements.Dequeue();
        }
    }
}
