using System.Globalization;
using System.Text;

namespace RescaleInterlink.Benchmarks.Report;

/// <summary>The report as it grows; every line is printed too, and the file is written after each section.</summary>
internal sealed class MarkdownReport(string path)
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _raw = ["what,run,bytes,seconds,cpuSeconds,peakBytes"];

    public void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));

    public void Line(string line = "")
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }

    public void Section(string title)
    {
        Line();
        Line("## " + title);
        Line();
    }

    /// <summary>One row for each, the first being what the others are compared with.</summary>
    public void Compare(IReadOnlyList<Series> rows)
    {
        Line("| what | MB/s, median | lowest | highest | seconds | CPU s per GB | peak MiB | ours is faster by |");
        Line("|---|---|---|---|---|---|---|---|");
        foreach (var row in rows)
            Line($"| {row.Name} | {row.Rate:F0} | {row.Lowest:F0} | {row.Highest:F0} | {row.Seconds:F2} | {row.CpuPerMegabyte * 1000:F1} | {row.PeakMiB:F0} | {(row == rows[0] ? "" : (rows[0].Rate / row.Rate).ToString("F2", CultureInfo.InvariantCulture))} |");
        Line();
    }

    public void Save(Turns? turns = null)
    {
        if (turns is not null) _raw.AddRange(turns.RawLines());
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, _text.ToString());
        File.WriteAllLines(Path.ChangeExtension(path, ".csv"), _raw);
    }
}
