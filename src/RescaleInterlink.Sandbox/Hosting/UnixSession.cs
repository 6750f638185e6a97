using System.Runtime.InteropServices;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>Takes the process out of the terminal's session, so that Ctrl+C and a closed window there do not end it.</summary>
internal static partial class UnixSession
{
    /// <summary>Does nothing on Windows, where the launcher starts it in a new process group, and when the process already leads its group.</summary>
    public static void Detach()
    {
        // Fails with EPERM for a group leader (a sandbox started by hand from a shell); the ignored signals still protect that one.
        if (!OperatingSystem.IsWindows())
            _ = SetSid();
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSid();
}
