using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>What machine, platform, storage and proxy mean for FIPS 140, as scripts see it.</summary>
public sealed class FipsItem : IShellObject
{
    internal FipsItem(FipsAssessment report)
    {
        IsCompliant = report.IsCompliant;
        FipsMode = report.Machine.IsOn;
        Source = report.Machine.Source;
        ApiUrl = report.Platform;
        IsRestrictedPlatform = report.IsRestrictedPlatform;
        UsesFipsStorageEndpoints = report.UsesFipsStorageEndpoints;
        ProxyMode = report.ProxyMode.ToString();
        DeviationsAllowed = report.DeviationsAllowed;
        Findings = [.. report.Findings.Select(static finding => $"{finding.Severity}: {finding.Message}")];
    }

    static string IShellObject.TypeName => "RescaleInterlink.FipsReport";

    /// <summary>No warning and no problem among the findings.</summary>
    public bool IsCompliant { get; }

    /// <summary>Of the operating system; null when it does not tell.</summary>
    public bool? FipsMode { get; }

    /// <summary>Where the mode was read.</summary>
    public string Source { get; }

    public Uri? ApiUrl { get; }

    /// <summary>An ITAR or FedRAMP platform.</summary>
    public bool IsRestrictedPlatform { get; }

    public bool UsesFipsStorageEndpoints { get; }

    public string ProxyMode { get; }

    /// <summary>RESCALE_ALLOW_NON_FIPS is set.</summary>
    public bool DeviationsAllowed { get; }

    /// <summary>Each with its severity in front: Information, Warning or Problem.</summary>
    public IReadOnlyList<string> Findings { get; }

    public override string ToString() => IsCompliant ? "FIPS: nothing to report" : string.Join(" ", Findings);
}
