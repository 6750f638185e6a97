using System.Diagnostics;
using System.Globalization;

namespace RescaleInterlink.Benchmarks;

/// <summary>Runs measured things in turn, A B C A B C ..., and prints medians with their spread.</summary>
internal sealed class Measurements(long bytes)
{
    private readonly List<(string Name, Func<Task> Body, List<double> Rates)> _rows = [];

    public void Add(string name, Func<Task> body) => _rows.Add((name, body, []));

    public async Task RunAsync(int runs)
    {
        // The first turn warms up and does not count.
        for (var turn = 0; turn <= runs; turn++)
        {
            foreach (var (_, body, rates) in _rows)
            {
                GC.Collect();
                var start = Stopwatch.GetTimestamp();
                await body();
                if (turn > 0) rates.Add(bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
    }

    public void Print()
    {
        Console.WriteLine("| what | MB/s (median) | lowest | highest |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, _, rates) in _rows)
        {
            rates.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {rates[rates.Count / 2]:F0} | {rates[0]:F0} | {rates[^1]:F0} |"));
        }
    }
}
