using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace RescaleInterlink.Networking;

/// <summary>What the operating system says about its FIPS mode.</summary>
/// <param name="IsOn">Null when it does not tell.</param>
/// <param name="Source">Where that was read, or why it could not be.</param>
public sealed record FipsMode(bool? IsOn, string Source)
{
    private const string KernelFile = "/proc/sys/crypto/fips_enabled";
    private const string Policy = @"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy";

    public static FipsMode Read() => OperatingSystem.IsWindows() ? FromRegistry()
        : OperatingSystem.IsLinux() ? FromKernel(KernelFile)
        : new FipsMode(null, "this operating system reports no FIPS mode");

    /// <param name="file">Holds 1 when the mode is on (Linux kernel, crypto/fips.c); a kernel without FIPS has no such file.</param>
    internal static FipsMode FromKernel(string file)
    {
        try
        {
            return new FipsMode(File.ReadAllText(file).Trim() == "1", file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FipsMode(false, $"{file} does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FipsMode(null, $"{file} cannot be read");
        }
    }

    // https://learn.microsoft.com/windows/security/security-foundations/certification/fips-140-validation: local policy, or that of a device management.
    [SupportedOSPlatform("windows")]
    private static FipsMode FromRegistry()
    {
        const string source = @"HKLM\" + Policy;
        try
        {
            using var key = Registry.LocalMachine.OpenSubKey(Policy);
            return new FipsMode(key?.GetValue("Enabled") is 1 || key?.GetValue("MDMEnabled") is 1, source);
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return new FipsMode(null, $"{source} cannot be read");
        }
    }
}
