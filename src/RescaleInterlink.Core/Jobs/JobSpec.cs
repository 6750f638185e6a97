namespace RescaleInterlink.Jobs;

/// <summary>One job as a user describes it: the columns of a jobs CSV (interop files 4.1), and what else the API takes (interop API 6.1).</summary>
public sealed record JobSpec
{
    public string? Directory { get; init; }
    public string JobName { get; init; } = "";
    public string AnalysisCode { get; init; } = "";
    /// <summary>Display name or versionCode.</summary>
    public string AnalysisVersion { get; init; } = "";
    public string Command { get; init; } = "";
    public string CoreType { get; init; } = "";
    public int CoresPerSlot { get; init; }
    /// <summary>Hours; the platform is given whole hours, rounded up, at least 1.</summary>
    public double WalltimeHours { get; init; }
    public int Slots { get; init; }
    /// <summary>JSON object that becomes environment variables, or empty.</summary>
    public string LicenseSettings { get; init; } = "";
    public IReadOnlyList<string> ExtraInputFileIds { get; init; } = [];
    public string? OnDemandLicenseSeller { get; init; }
    public string? ProjectId { get; init; }
    public string? OrgCode { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public bool NoDecompress { get; init; }
    public bool IsLowPriority { get; init; }
    public SubmitMode SubmitMode { get; init; } = SubmitMode.CreateAndSubmit;
    /// <summary>Relative path inside <see cref="Directory"/> that is archived instead of the whole; empty for the whole.</summary>
    public string TarSubpath { get; init; } = "";
    /// <summary>Keep runs of spaces and empty lines of the command as they are; the Go tool's rule collapses them.</summary>
    public bool KeepCommandSpacing { get; init; }

    /// <summary>The job's own input files that are on the platform already; unpacked unless <see cref="NoDecompress"/>.</summary>
    public IReadOnlyList<string> InputFileIds { get; init; } = [];
    /// <summary>Local files that are uploaded when the job is submitted: full paths.</summary>
    public IReadOnlyList<string> InputFiles { get; init; } = [];
    public IReadOnlyList<string> AutomationIds { get; init; } = [];
    public string? ClusterId { get; init; }
    public bool UseRescaleLicense { get; init; }
    public string? UserDefinedLicenseSettings { get; init; }
}
