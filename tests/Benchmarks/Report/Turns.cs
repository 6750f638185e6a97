using System.Globalization;

namespace RescaleInterlink.Benchmarks.Report;

/// <summary>Runs measured things in turn, A B C A B C ..., so that what disturbs the machine disturbs all alike.</summary>
internal sealed class Turns
{
    private readonly List<Series> _series = [];

    public Series Add(string name, long bytes, Func<Task<Sample>> body)
    {
        var series = new Series(name, bytes, body);
        _series.Add(series);
        return series;
    }

    public async Task RunAsync(int runs)
    {
        // The first turn warms up and does not count.
        for (var turn = 0; turn <= runs; turn++)
        {
            foreach (var series in _series)
            {
                await series.RunAsync(turn > 0);
                if (turn == 0) continue;
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
