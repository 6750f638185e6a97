using System.Diagnostics;
using System.Text;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Ends what a run left behind, and never a stranger that has got a process id of it.</summary>
internal static class LeftOverProcesses
{
    /// <summary>A process's start time is computed from the boot time, which wobbles a little.</summary>
    private static readonly TimeSpan StartTimeTolerance = TimeSpan.FromSeconds(2);

    /// <summary>After a sandbox was killed.</summary>
    public static void End(RunProcess run)
    {
        if (IsSame(run))
        {
            if (OperatingSystem.IsWindows())
                KillTree(run.Id);
            else
                UnixCommandProcess.KillGroup(run.Id);
        }

        KillMarked(run.Marker);
    }

    /// <summary>Linux tells every process's environment: what carries the run's marker belongs to it, in whatever session or group it is.</summary>
    public static void KillMarked(string marker)
    {
        if (!OperatingSystem.IsLinux())
            return;
        byte[] sought = Encoding.ASCII.GetBytes($"{CommandProcess.MarkerName}={marker}");
        // A process may be born while the list is read; a second look finds it.
        for (int look = 0; look < 10 && KillMarkedOnce(sought); look++)
        {
        }
    }

    private static bool KillMarkedOnce(byte[] sought)
    {
        bool any = false;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id) || id == Environment.ProcessId)
                continue;
            try
            {
                if (File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(sought) < 0)
                    continue;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone.
                continue;
            }

            UnixCommandProcess.KillOne(id);
            any = true;
        }

        return any;
    }

    /// <summary>Whether it still runs; a zombie, which stays where nobody collects it, does not.</summary>
    public static bool IsSame(RunProcess run)
    {
        try
        {
            using var process = Process.GetProcessById(run.Id);
            return (process.StartTime.ToUniversalTime() - run.StartTime.UtcDateTime).Duration() < StartTimeTolerance && !IsZombie(run.Id);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
            return false;
        }
    }

    private static bool IsZombie(int id)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            // The name in parentheses may hold anything; the state follows the last one.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            int end = stat.LastIndexOf(')');
            return end >= 0 && end + 2 < stat.Length && stat[end + 2] is 'Z' or 'X';
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Gone between two looks.
            return true;
        }
    }

    public static void KillTree(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself.
        }
    }
}
