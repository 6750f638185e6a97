using System.Globalization;

namespace RescaleInterlink.Benchmarks.Report;

/// <summary>Runs measured things in turn, A B C A B C ..., so that what disturbs the machine disturbs all alike.</summary>
internal sealed class Turns
{
    // The compiler of .NET is done with a path only after some use of it, and takes a second of CPU time until then.
    private const int WarmUps = 3;

    private readonly List<Series> _series = [];

    /// <param name="warm">It runs in .NET, in a process that lives on from run to run.</param>
    public Series Add(string name, long bytes, Func<Task<Sample>> body, bool warm = true)
    {
        var series = new Series(name, bytes, warm ? WarmUps : 1, body);
        _series.Add(series);
        return series;
    }

    public async Task RunAsync(int runs)
    {
        foreach (var series in _series)
            for (var i = 0; i < series.WarmUps; i++) await series.RunAsync(counts: false);
        for (var turn = 1; turn <= runs; turn++)
        {
            foreach (var series in _series)
            {
                await series.RunAsync(counts: true);
                var last = series.Samples[^1];
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {turn}/{runs} {series.Name}: {series.Bytes / 1e6 / last.Seconds:F0} MB/s, {last.Seconds:F2} s, CPU {last.CpuSeconds:F2} s"));
            }
        }
    }

    /// <summary>Every single run, for whoever wants more than the medians.</summary>
    public IEnumerable<string> RawLines() => _series.SelectMany(series => series.Samples.Select((sample, i) => string.Create(CultureInfo.InvariantCulture,
        $"\"{series.Name}\",{i + 1},{series.Bytes},{sample.Seconds:F4},{sample.CpuSeconds:F3},{sample.PeakBytes}")));
}
