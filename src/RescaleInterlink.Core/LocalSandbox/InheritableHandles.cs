using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RescaleInterlink.LocalSandbox;

/// <summary>
/// While it lives, a new process does not inherit what this process itself got from its parent. Else a sandbox that is
/// started in <c>$x = pwsh -c ...</c> would hold that pipe open, and its reader would wait for as long as the sandbox lives.
/// </summary>
/// <remarks>On Windows these are the standard streams (redirecting them for the child does not make them private), on Linux
/// descriptors above them that a script has opened. The runtime's own are never inherited. Elsewhere on Unix such
/// descriptors are rare, and <c>fcntl</c> cannot be called safely for its variable arguments.</remarks>
internal sealed class InheritableHandles : IDisposable
{
    private const uint Inherit = 1;
    private const int GetDescriptorFlags = 1;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private readonly List<nint> _changed = [];

    private InheritableHandles()
    {
        if (OperatingSystem.IsWindows())
            WithholdStandardStreams();
        else if (OperatingSystem.IsLinux())
            WithholdDescriptors();
    }

    public static InheritableHandles Withhold() => new();

    public void Dispose()
    {
        foreach (var handle in _changed)
        {
            if (OperatingSystem.IsWindows())
                _ = SetHandleInformation(handle, Inherit, Inherit);
            else if (OperatingSystem.IsLinux())
                // It fails only for a descriptor that has been closed meanwhile.
                _ = fcntl((int)handle, SetDescriptorFlags, 0);
        }
    }

    [SupportedOSPlatform("windows")]
    private void WithholdStandardStreams()
    {
        // Standard input, output and error.
        foreach (var which in (ReadOnlySpan<int>)[-10, -11, -12])
        {
            var handle = GetStdHandle(which);
            if (handle is not (0 or -1) && GetHandleInformation(handle, out var flags) && (flags & Inherit) != 0 && SetHandleInformation(handle, Inherit, 0))
                _changed.Add(handle);
        }
    }

    [SupportedOSPlatform("linux")]
    private void WithholdDescriptors()
    {
        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            var descriptor = int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture);
            if (descriptor > 2 && fcntl(descriptor, GetDescriptorFlags, 0) == 0 && fcntl(descriptor, SetDescriptorFlags, CloseOnExec) == 0)
                _changed.Add(descriptor);
        }
    }

#pragma warning disable SYSLIB1054 // LibraryImport would need unsafe code in the whole project.
    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int which);

    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetHandleInformation(nint handle, out uint flags);

    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetHandleInformation(nint handle, uint mask, uint flags);

    [SupportedOSPlatform("linux")]
    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command, int argument);
#pragma warning restore SYSLIB1054
}
