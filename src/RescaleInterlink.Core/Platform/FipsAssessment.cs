using System.Security.Cryptography;
using RescaleInterlink.Configuration;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Platform;

public enum FipsSeverity
{
    /// <summary>A fact.</summary>
    Information,

    /// <summary>Not as such a platform expects it, and it works all the same.</summary>
    Warning,

    /// <summary>It cannot work.</summary>
    Problem,
}

public sealed record FipsFinding(FipsSeverity Severity, string Message);

/// <summary>What machine, platform, storage and proxy mean for FIPS 140 (interop files 2, interop storage 7.1). It is a report: connecting warns,
/// and only NTLM in FIPS mode is refused.</summary>
public sealed record FipsAssessment
{
    /// <summary><c>true</c> there accepts a machine without FIPS mode, as for the Go tool, which otherwise does not start.</summary>
    public const string AllowVariable = "RESCALE_ALLOW_NON_FIPS";

    private FipsAssessment(FipsMode machine, Uri? platform, ProxyMode proxyMode, bool deviationsAllowed, IReadOnlyList<FipsFinding> findings)
    {
        Machine = machine;
        Platform = platform;
        ProxyMode = proxyMode;
        DeviationsAllowed = deviationsAllowed;
        Findings = findings;
    }

    public FipsMode Machine { get; }

    /// <summary>Null when none was named.</summary>
    public Uri? Platform { get; }

    public ProxyMode ProxyMode { get; }

    /// <summary>Whether <see cref="AllowVariable"/> is set.</summary>
    public bool DeviationsAllowed { get; }

    public IReadOnlyList<FipsFinding> Findings { get; }

    /// <summary>An ITAR or FedRAMP platform.</summary>
    public bool IsRestrictedPlatform => Platform is { } platform && IsRestricted(platform);

    /// <summary>Whether S3 is spoken to at its FIPS endpoints.</summary>
    public bool UsesFipsStorageEndpoints { get; private init; }

    /// <summary>No warning and no problem.</summary>
    public bool IsCompliant => Findings.All(static finding => finding.Severity == FipsSeverity.Information);

    /// <summary>What to say when a connection is made; nothing when deviations are allowed.</summary>
    public IEnumerable<string> Warnings => DeviationsAllowed ? [] : Findings.Where(static finding => finding.Severity != FipsSeverity.Information).Select(static finding => finding.Message);

    /// <param name="storageEndpoint">The user's own choice, which replaces the cloud's.</param>
    public static FipsAssessment Of(Uri? platform, ProxySettings? proxy, Uri? storageEndpoint = null)
        => Of(platform, proxy, storageEndpoint, FipsMode.Read(), Environment.GetEnvironmentVariable);

    internal static FipsAssessment Of(Uri? platform, ProxySettings? proxy, Uri? storageEndpoint, FipsMode machine, Func<string, string?> environment)
    {
        var mode = proxy?.Mode ?? ProxyMode.None;
        var allowed = string.Equals(environment(AllowVariable), "true", StringComparison.OrdinalIgnoreCase);
        var fipsStorage = platform is not null && PlatformAddress.RequiresFips(platform) && storageEndpoint is null;
        return new FipsAssessment(machine, platform, mode, allowed, [.. OfMachine(platform, machine), .. OfStorage(platform, storageEndpoint), .. OfProxy(platform, mode, machine), .. OfVariable(allowed)])
        {
            UsesFipsStorageEndpoints = fipsStorage,
        };
    }

    private static bool IsRestricted(Uri platform) => PlatformAddress.RequiresFips(platform) || PlatformAddress.IsGovernment(platform);

    private static IEnumerable<FipsFinding> OfMachine(Uri? platform, FipsMode machine)
    {
        yield return new(FipsSeverity.Information, $"Encryption, key derivation and hashes are done by the operating system ({Library()}).");
        var state = machine.IsOn switch { true => "is on", false => "is off", null => "is not known" };
        var severity = machine.IsOn != true && platform is not null && IsRestricted(platform) ? FipsSeverity.Warning : FipsSeverity.Information;
        var expects = severity == FipsSeverity.Warning ? $" {platform!.Host} is meant for machines in FIPS mode." : "";
        yield return new(severity, $"The FIPS mode of this machine {state} ({machine.Source}).{expects}");
    }

    private static IEnumerable<FipsFinding> OfStorage(Uri? platform, Uri? endpoint)
    {
        if (platform is null || !PlatformAddress.RequiresFips(platform))
            yield break;
        yield return endpoint is null
            ? new(FipsSeverity.Information, "S3 storage is spoken to at its FIPS endpoints (s3-fips); Azure has no such endpoints.")
            : new(FipsSeverity.Warning, $"The storage endpoint {endpoint.Authority} was given by hand; nothing says that it is a FIPS endpoint.");
    }

    private static IEnumerable<FipsFinding> OfProxy(Uri? platform, ProxyMode mode, FipsMode machine)
    {
        if (mode != ProxyMode.Ntlm)
            yield break;
        const string made = "The proxy's sign-on with NTLM is made of MD4 and MD5, which FIPS 140 does not allow";
        if (machine.IsOn == true)
            yield return new(FipsSeverity.Problem, $"{made}: in FIPS mode it is refused.");
        else
            yield return new(platform is not null && IsRestricted(platform) ? FipsSeverity.Warning : FipsSeverity.Information, $"{made}; keys and data are not touched by it.");
    }

    private static IEnumerable<FipsFinding> OfVariable(bool allowed)
    {
        if (allowed)
            yield return new(FipsSeverity.Information, $"{AllowVariable} is set: connecting gives no warning about FIPS.");
    }

    private static string Library()
    {
        if (OperatingSystem.IsWindows())
            return "Windows CNG";
        if (OperatingSystem.IsMacOS())
            return "Apple CryptoKit";
        try
        {
            // OpenSSL's form: 0xMNN00PP0.
            var version = SafeEvpPKeyHandle.OpenSslVersion;
            return $"OpenSSL {version >> 28}.{(version >> 20) & 0xff}.{(version >> 4) & 0xff}";
        }
        catch (PlatformNotSupportedException)
        {
            return "not known";
        }
    }
}
