using RescaleInterlink.Errors;

namespace RescaleInterlink.Networking;

/// <summary>
/// NTLM on Linux needs either the library gss-ntlmssp or .NET's own implementation, which is off by default and can be switched on for the
/// whole process only, before anything in it has signed on with Negotiate or NTLM.
/// </summary>
/// <remarks>The only thing in the core that changes the process; it is done when a connection asks for NTLM, and documented
/// (about_RescaleNetwork).</remarks>
internal static class ManagedNtlm
{
    /// <summary>https://github.com/dotnet/runtime, System.Net.Security.</summary>
    public const string Switch = "System.Net.Security.UseManagedNtlm";

    // Where GSSAPI looks for the library: the mechanism's own folder, or whatever a file in mech.d names.
    private static readonly string[] Mechanisms = ["/etc/gss/mech.d", "/usr/etc/gss/mech.d", "/usr/local/etc/gss/mech.d"];

    /// <summary>A proxy may offer NTLM by its own name or within Negotiate.</summary>
    public static IReadOnlyList<string> Schemes { get; } = ["NTLM", "Negotiate"];

    /// <exception cref="RescaleException">NtlmNotAllowed: it is made of MD4 and MD5, which FIPS mode forbids.</exception>
    public static void Require(FipsMode fips)
    {
        if (fips.IsOn == true)
        {
            throw new RescaleException(
                ErrorIds.NtlmNotAllowed, ErrorKind.Permission,
                "NTLM signs on with MD4 and MD5, which this machine's FIPS mode does not allow.",
                "Ask the network team for a proxy that takes Basic, or for one that needs no sign-on from this machine, and use -ProxyMode Basic.");
        }

        // What the user or the host has set already stays.
        if (OperatingSystem.IsLinux() && !AppContext.TryGetSwitch(Switch, out _) && !HasNativeLibrary(Mechanisms))
            AppContext.SetSwitch(Switch, true);
    }

    internal static bool HasNativeLibrary(IEnumerable<string> mechanismFolders)
    {
        try
        {
            return mechanismFolders.Where(Directory.Exists)
                .SelectMany(static folder => Directory.EnumerateFiles(folder, "*.conf"))
                .Any(static file => File.ReadAllText(file).Contains("gssntlmssp", StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // GSSAPI cannot read it either.
            return false;
        }
    }
}
