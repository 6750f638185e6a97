using System.Globalization;

namespace RescaleInterlink.Benchmarks;

/// <param name="Size">Bytes of the file.</param>
/// <param name="Runs">Runs of each measured thing, interleaved.</param>
/// <param name="Folder">Where files lie; a memory file system where there is one, so that no disk is measured.</param>
/// <param name="Minutes">Of a soak.</param>
/// <param name="Seed">Of a soak; printed, and taken again to repeat one.</param>
internal sealed record BenchmarkOptions(long Size, int Runs, string Folder, double Minutes, int Seed)
{
    public static BenchmarkOptions Parse(string[] args)
    {
        string? Value(string name)
        {
            var at = Array.IndexOf(args, "--" + name);
            return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        }

        return new BenchmarkOptions(
            ParseSize(Value("size") ?? "1GiB"),
            int.Parse(Value("runs") ?? "5", CultureInfo.InvariantCulture),
            Value("folder") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath()),
            double.Parse(Value("minutes") ?? "10", CultureInfo.InvariantCulture),
            int.Parse(Value("seed") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }

    private static long ParseSize(string text)
    {
        foreach (var (unit, factor) in new[] { ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10) })
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                return (long)(double.Parse(text[..^unit.Length], CultureInfo.InvariantCulture) * factor);
        return long.Parse(text, CultureInfo.InvariantCulture);
    }
}
