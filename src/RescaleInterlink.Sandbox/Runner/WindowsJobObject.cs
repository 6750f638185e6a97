using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>A Windows job object that ends all its processes when its last handle closes, which the end of the sandbox does too.</summary>
internal sealed partial class WindowsJobObject : IDisposable
{
    private const int ExtendedLimitInformation = 9;
    private const uint KillOnClose = 0x2000;

    private readonly SafeFileHandle _handle;

    public WindowsJobObject()
    {
        _handle = new SafeFileHandle(CreateJobObject(0, 0), ownsHandle: true);
        var limits = new ExtendedLimits { LimitFlags = KillOnClose };
        if (_handle.IsInvalid || !SetInformationJobObject(_handle, ExtendedLimitInformation, in limits, Marshal.SizeOf<ExtendedLimits>()))
            throw new Win32Exception();
    }

    public void Add(Process process)
    {
        if (!AssignProcessToJobObject(_handle, process.SafeHandle))
            throw new Win32Exception();
    }

    public void Terminate()
    {
        if (!TerminateJobObject(_handle, 1))
            throw new Win32Exception();
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial nint CreateJobObject(nint attributes, nint name);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformationJobObject(SafeFileHandle job, int kind, in ExtendedLimits limits, int length);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(SafeFileHandle job, SafeProcessHandle process);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TerminateJobObject(SafeFileHandle job, uint exitCode);

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION; only the flags are used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimits
    {
        public long PerProcessUserTimeLimit;
        public long PerJobUserTimeLimit;
        public uint LimitFlags;
        public nuint MinimumWorkingSetSize;
        public nuint MaximumWorkingSetSize;
        public uint ActiveProcessLimit;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public ulong ReadOperations;
        public ulong WriteOperations;
        public ulong OtherOperations;
        public ulong ReadBytes;
        public ulong WriteBytes;
        public ulong OtherBytes;
        public nuint ProcessMemoryLimit;
        public nuint JobMemoryLimit;
        public nuint PeakProcessMemoryUsed;
        public nuint PeakJobMemoryUsed;
    }
}
