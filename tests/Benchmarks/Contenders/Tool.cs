using System.Diagnostics;
using RescaleInterlink.Benchmarks.Report;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary>A program of the machine, run once and measured from its start to its end.</summary>
internal static class Tool
{
    /// <summary>Full path, or null when it is not on PATH.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        // Shims of version managers cost a second of their own.
        .Where(static folder => !folder.Contains("shims", StringComparison.Ordinal))
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    public static async Task<Sample> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        // Settings of this machine's user are not part of what is measured.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var ended = process.WaitForExitAsync();
        var (peak, cpu) = (0L, 0.0);
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, Children.PeakMemory(process.Id));
            try
            {
                process.Refresh();
                cpu = process.TotalProcessorTime.TotalSeconds;
            }
            catch (Exception gone) when (gone is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It ended just now; what was read before counts.
                break;
            }

            await Task.WhenAny(ended, Task.Delay(20));
        }

        await ended;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {process.ExitCode}: {await output}{await errors}");
        return new Sample(seconds, cpu, peak);
    }

    /// <summary>First line of what it prints.</summary>
    public static async Task<string> FirstLineAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Split('\n')[0].Trim();
    }
}
