using System.Globalization;

namespace RescaleInterlink.Benchmarks;

/// <summary>What the command line of the program can say.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>What to do: <c>all</c> or cases, with commas; <c>soak</c>; <c>worker</c> and <c>target</c> are the roles of its children.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>Bytes of the one large file; 16 files have a sixteenth each.</summary>
    public long Size { get; init; }

    /// <summary>Runs of each measured thing, interleaved; one more before them does not count.</summary>
    public int Runs { get; init; }

    /// <summary>Where files lie; a memory file system where there is one, so that no disk is measured.</summary>
    public string Folder { get; init; } = "";

    /// <summary>A folder on a disk, for the figures beside.</summary>
    public string DiskFolder { get; init; } = "";

    /// <summary>File the report is written to.</summary>
    public string Report { get; init; } = "";

    /// <summary>Peers to leave out, or <c>all</c>.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Connections of every contender.</summary>
    public int Connections { get; init; }

    /// <summary>Of a soak.</summary>
    public double Minutes { get; init; }

    /// <summary>Of a soak; printed, and taken again to repeat one.</summary>
    public int Seed { get; init; }

    /// <exception cref="ArgumentException">An option is unknown, or has no value.</exception>
    public static BenchmarkOptions Parse(string[] args)
    {
        var (tasks, values) = (new List<string>(), new Dictionary<string, string>());
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) tasks.AddRange(args[i].Split(','));
            else if (i + 1 < args.Length) values[args[i][2..]] = args[++i];
            else throw new ArgumentException($"{args[i]} needs a value.", nameof(args));
        }

        string Value(string name, string otherwise) => values.Remove(name, out var value) ? value : otherwise;
        var options = new BenchmarkOptions
        {
            Tasks = [.. tasks, .. Value("case", tasks.Count == 0 ? "all" : "").Split(',', StringSplitOptions.RemoveEmptyEntries)],
            Size = ParseSize(Value("size", "1GiB")),
            Runs = int.Parse(Value("runs", "5"), CultureInfo.InvariantCulture),
            Folder = Value("folder", Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath()),
            DiskFolder = Value("disk", Path.GetTempPath()),
            Report = Path.GetFullPath(Value("report", "artifacts/benchmarks.md")),
            Without = Value("without", "").Split(',', StringSplitOptions.RemoveEmptyEntries),
            Connections = int.Parse(Value("connections", "16"), CultureInfo.InvariantCulture),
            Minutes = double.Parse(Value("minutes", "10"), CultureInfo.InvariantCulture),
            Seed = int.Parse(Value("seed", Random.Shared.Next().ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture),
        };
        return values.Count == 0 ? options : throw new ArgumentException($"There is no option --{values.Keys.First()}.", nameof(args));
    }

    private static long ParseSize(string text)
    {
        foreach (var (unit, factor) in new[] { ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10) })
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                return (long)(double.Parse(text[..^unit.Length], CultureInfo.InvariantCulture) * factor);
        return long.Parse(text, CultureInfo.InvariantCulture);
    }
}
