namespace RescaleInterlink.Benchmarks.Report;

/// <summary>What one measured thing took in each run.</summary>
/// <param name="bytes">Moved in one run.</param>
/// <param name="warmUps">Runs before those that count.</param>
internal sealed class Series(string name, long bytes, int warmUps, Func<Task<Sample>> body)
{
    private readonly List<Sample> _samples = [];

    public string Name { get; } = name;
    public long Bytes { get; } = bytes;
    public int WarmUps { get; } = warmUps;
    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>MB/s, median.</summary>
    public double Rate => Median(_samples.Select(sample => Bytes / 1e6 / sample.Seconds));
    public double Lowest => _samples.Min(sample => Bytes / 1e6 / sample.Seconds);
    public double Highest => _samples.Max(sample => Bytes / 1e6 / sample.Seconds);
    public double Seconds => Median(_samples.Select(sample => sample.Seconds));

    /// <summary>CPU seconds per MB, median.</summary>
    public double CpuPerMegabyte => Median(_samples.Select(sample => sample.CpuSeconds / (Bytes / 1e6)));
    public double PeakMiB => _samples.Max(sample => sample.PeakBytes) / 1048576.0;

    public async Task RunAsync(bool counts)
    {
        var sample = await body();
        if (counts) _samples.Add(sample);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
