using System.Diagnostics;
using System.Globalization;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Processor time and memory of a run's processes: on Linux of all in its session, with what their children have used that ended;
/// elsewhere of the shell alone.</summary>
/// <param name="CpuSeconds">All cores together.</param>
/// <param name="MemoryBytes">Resident.</param>
internal sealed record ProcessUsage(double CpuSeconds, long MemoryBytes, int Processes)
{
    /// <summary>Linux counts processor time for programs in hundredths of a second on every machine (USER_HZ).</summary>
    private const double TicksPerSecond = 100;

    /// <returns>Null when the run has ended, or the system does not tell.</returns>
    public static ProcessUsage? Of(RunProcess run)
    {
        try
        {
            return !LeftOverProcesses.IsSame(run) ? null : OperatingSystem.IsLinux() ? OfSession(run.Id) : OfOne(run.Id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            // A system that tells it otherwise, or not at all. No job may fail for that.
            return null;
        }
    }

    private static ProcessUsage? OfSession(int session)
    {
        long ticks = 0, pages = 0;
        int count = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(folder)[0]) || Fields(folder) is not { Length: > 21 } fields || fields[3] != session.ToString(CultureInfo.InvariantCulture))
                continue;
            // proc(5), counted behind the name: 11 to 14 are utime, stime, cutime, cstime; 21 is rss.
            ticks += fields[11..15].Sum(static text => long.Parse(text, CultureInfo.InvariantCulture));
            pages += long.Parse(fields[21], CultureInfo.InvariantCulture);
            count++;
        }

        return count == 0 ? null : new ProcessUsage(ticks / TicksPerSecond, pages * Environment.SystemPageSize, count);
    }

    /// <summary>The name in parentheses may hold anything, so counting begins behind the last one.</summary>
    private static string[]? Fields(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Gone between two looks.
            return null;
        }
    }

    private static ProcessUsage? OfOne(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return new ProcessUsage(process.TotalProcessorTime.TotalSeconds, process.WorkingSet64, 1);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
