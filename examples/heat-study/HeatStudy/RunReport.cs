using System.Globalization;
using System.Security.Cryptography;
using RescaleInterlink.Pipelines;

namespace HeatStudy;

/// <summary>What came back from one run, held against the analytic solution.</summary>
/// <param name="Fault">Why the run does not count as good, or null.</param>
internal sealed record RunReport(string JobName, double? Computed, double Analytic, int? Iterations, string? Fault)
{
    private const double LargestError = 0.01;

    /// <summary>Relative to the analytic temperature.</summary>
    public double? Error => Computed is { } computed ? Math.Abs(computed - Analytic) / Math.Abs(Analytic) : null;

    public static RunReport Of(PipelineJobResult result)
    {
        var analytic = Plate.Read(Path.Combine(result.Directory, "plate.deck")).CentreTemperature;
        RunReport Bad(string fault) => new(result.JobName, null, analytic, null, fault);
        if (result.Error is not null)
            return Bad(result.Error.Message);
        foreach (var file in result.Files)
        {
            using var stream = File.OpenRead(file.Path);
            if (!Convert.ToHexString(SHA512.HashData(stream)).Equals(file.Sha512, StringComparison.OrdinalIgnoreCase))
                return Bad($"SHA-512 of {file.Path} differs");
        }

        if (result.Files.FirstOrDefault(file => Path.GetFileName(file.Path) == "result.csv") is not { } table)
            return Bad("result.csv is missing");
        var lines = File.ReadAllLines(table.Path);
        var cells = lines[0].Split(',').Zip(lines[1].Split(',')).ToDictionary(pair => pair.First, pair => pair.Second);
        var computed = double.Parse(cells["centre_temperature"], CultureInfo.InvariantCulture);
        var report = new RunReport(result.JobName, computed, analytic, int.Parse(cells["iterations"], CultureInfo.InvariantCulture), null);
        return report.Error <= LargestError ? report : report with { Fault = "more than 1 % off" };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{JobName,-10} {Computed,12:F4} {Analytic,12:F4} {100 * Error,10:F4} {Iterations,10}  {Fault ?? "ok"}");
}
