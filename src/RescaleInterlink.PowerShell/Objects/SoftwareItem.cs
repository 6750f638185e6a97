using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>Software that jobs can run. Its code also binds as <c>AnalysisCode</c>.</summary>
public sealed class SoftwareItem : IShellObject
{
    internal SoftwareItem(Analysis record)
    {
        Code = record.Code;
        Name = record.Name;
        Vendor = record.VendorName;
        Description = record.Description;
        Versions = [.. record.Versions.Select(version => ShellObject.Wrap(new SoftwareVersionItem(record, version)))];
    }

    static string IShellObject.TypeName => "RescaleInterlink.Software";

    public string Code { get; }

    public string? Name { get; }

    public string? Vendor { get; }

    public string? Description { get; }

    /// <summary>Objects of the type <c>RescaleInterlink.SoftwareVersion</c>.</summary>
    public PSObject[] Versions { get; }

    public override string ToString() => Code;
}

/// <summary>One version of software, with the names under which it binds to a job.</summary>
public sealed class SoftwareVersionItem : IShellObject
{
    internal SoftwareVersionItem(Analysis analysis, AnalysisVersion version)
    {
        AnalysisCode = analysis.Code;
        Name = analysis.Name;
        Version = version.Version;
        VersionCode = version.VersionCode;
        AllowedCoreType = [.. version.AllowedCoreTypes];
    }

    static string IShellObject.TypeName => "RescaleInterlink.SoftwareVersion";

    /// <summary>The software's code.</summary>
    public string AnalysisCode { get; }

    /// <summary>The software's name.</summary>
    public string? Name { get; }

    /// <summary>What people read.</summary>
    public string? Version { get; }

    /// <summary>What the platform goes by.</summary>
    public string? VersionCode { get; }

    /// <summary>What a job is given: the code, or the version where there is none.</summary>
    public string? AnalysisVersion => string.IsNullOrEmpty(VersionCode) ? Version : VersionCode;

    /// <summary>Codes of the core types it may run on; empty when the platform names none.</summary>
    public string[] AllowedCoreType { get; }

    public override string ToString() => $"{AnalysisCode} {Version}";
}
