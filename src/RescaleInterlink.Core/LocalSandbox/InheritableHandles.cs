using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RescaleInterlink.LocalSandbox;

/// <summary>
/// While it lives, a new process on Windows does not inherit this process's own standard streams. Else a sandbox that is
/// started in <c>$x = pwsh -c ...</c> would hold that pipe open, and its reader would wait for as long as the sandbox lives.
/// </summary>
/// <remarks>On Unix the runtime closes everything but the redirected streams.</remarks>
internal sealed class InheritableHandles : IDisposable
{
    private const uint Inherit = 1;

    private readonly List<nint> _changed = [];

    public static InheritableHandles? Withhold() => OperatingSystem.IsWindows() ? new InheritableHandles() : null;

    [SupportedOSPlatform("windows")]
    private InheritableHandles()
    {
        // Standard input, output and error.
        foreach (var which in (ReadOnlySpan<int>)[-10, -11, -12])
        {
            var handle = GetStdHandle(which);
            if (handle is not (0 or -1) && GetHandleInformation(handle, out var flags) && (flags & Inherit) != 0 && SetHandleInformation(handle, Inherit, 0))
                _changed.Add(handle);
        }
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
            return;
        foreach (var handle in _changed)
            SetHandleInformation(handle, Inherit, Inherit);
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
#pragma warning restore SYSLIB1054
}
