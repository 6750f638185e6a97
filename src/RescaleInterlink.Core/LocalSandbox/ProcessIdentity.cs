using System.ComponentModel;
using System.Diagnostics;

namespace RescaleInterlink.LocalSandbox;

/// <summary>Tells whether a process that was written down is still that process, and not a later one with its number.</summary>
internal static class ProcessIdentity
{
    /// <summary>Clocks and the kernel's ticks round differently; a number comes round again only after thousands of processes.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    public static bool IsAlive(int processId, DateTimeOffset? startTime)
    {
        using var process = TryOpen(processId, startTime);
        return process is not null;
    }

    /// <returns>The living process, or null.</returns>
    public static Process? TryOpen(int processId, DateTimeOffset? startTime)
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(processId);
            if (!process.HasExited && !IsZombie(processId) && (startTime is not { } start || (process.StartTime.ToUniversalTime() - start.UtcDateTime).Duration() <= Tolerance))
                return process;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // Gone, or another user's: either way not the sandbox of this user.
        }

        process?.Dispose();
        return null;
    }

    /// <summary>A killed process stays a zombie while nobody collects it, for ever where the first process does not.</summary>
    private static bool IsZombie(int processId)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            // The name in parentheses may hold anything; the state follows the last one.
            var end = stat.LastIndexOf(')');
            return end >= 0 && end + 2 < stat.Length && stat[end + 2] is 'Z' or 'X';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone between two looks.
            return true;
        }
    }
}
