using System.Diagnostics;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>A file system of 8 MiB.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public static SmallDisk? TryMount(out string reason)
    {
        reason = "mounting one needs Linux and root.";
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return null;
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.Path)) return disk;
        reason = "tmpfs could not be mounted.";
        disk._folder.Dispose();
        return null;
    }

    public void SetReadOnly(bool readOnly) => Assert.True(Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path));

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    public void Dispose()
    {
        Run("umount", Path);
        _folder.Dispose();
    }
}
