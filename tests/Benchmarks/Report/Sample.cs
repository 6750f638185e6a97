namespace RescaleInterlink.Benchmarks.Report;

/// <param name="CpuSeconds">Of the contender's processes.</param>
/// <param name="PeakBytes">Most resident memory of one of them.</param>
internal readonly record struct Sample(double Seconds, double CpuSeconds, long PeakBytes)
{
    public static Sample operator +(Sample a, Sample b) =>
        new(a.Seconds + b.Seconds, a.CpuSeconds + b.CpuSeconds, Math.Max(a.PeakBytes, b.PeakBytes));
}
