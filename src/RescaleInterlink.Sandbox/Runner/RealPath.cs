using System.Runtime.InteropServices;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Where a path really leads, with the links in all of its names followed; .NET follows the one in its last name alone.</summary>
internal static partial class RealPath
{
    /// <returns>Null when it leads nowhere.</returns>
    public static string? Of(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        nint found = Resolve(path, 0);
        if (found == 0)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(found);
        }
        finally
        {
            Free(found);
        }
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Resolve(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
