namespace RescaleInterlink.Configuration;

/// <summary>The allow-list of platforms (interop files 2): nothing is ever sent to another host.</summary>
public static class PlatformAddress
{
    /// <summary>https and known hosts only; plain http or any port only for a loopback address.</summary>
    /// <exception cref="Errors.RescaleException">PlatformNotAllowed.</exception>
    public static Uri Parse(string text) => throw new NotImplementedException();
    public static bool IsLoopback(Uri address) => throw new NotImplementedException();
    public static IReadOnlyList<string> KnownPlatforms => throw new NotImplementedException();
}
