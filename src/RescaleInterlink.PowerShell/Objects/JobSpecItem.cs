using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>The specification of a job that is not on the platform yet. Its properties are named like the parameters they bind to.</summary>
public sealed class JobSpecItem : IShellObject
{
    internal JobSpecItem(JobSpec spec) => Spec = spec;

    static string IShellObject.TypeName => "RescaleInterlink.JobSpec";

    internal JobSpec Spec { get; }

    public string JobName => Spec.JobName;

    public string AnalysisCode => Spec.AnalysisCode;

    /// <summary>Code of the version, or its display name when the catalogue was not asked; empty for the platform's default.</summary>
    public string AnalysisVersion => Spec.AnalysisVersion;

    public string CoreType => Spec.CoreType;

    public int CoresPerSlot => Spec.CoresPerSlot;

    public int Slots => Spec.Slots;

    public double WalltimeHours => Spec.WalltimeHours;

    public string Command => Spec.Command;

    /// <summary>The local folder that is archived for the job, or null.</summary>
    public string? Directory => Spec.Directory;

    public string TarSubpath => Spec.TarSubpath;

    /// <summary>Full paths of local files that are uploaded when the job is submitted.</summary>
    public string[] InputFile => [.. Spec.InputFiles];

    /// <summary>Files on the platform.</summary>
    public string[] InputFileId => [.. Spec.InputFileIds];

    /// <summary>Files on the platform that are always unpacked.</summary>
    public string[] ExtraInputFileId => [.. Spec.ExtraInputFileIds];

    /// <summary>The job's environment variables: a JSON object, or empty.</summary>
    public string LicenseSettings => Spec.LicenseSettings;

    public string? OnDemandLicenseSeller => Spec.OnDemandLicenseSeller;

    public bool UseRescaleLicense => Spec.UseRescaleLicense;

    public string? UserDefinedLicenseSettings => Spec.UserDefinedLicenseSettings;

    public string[] Tag => [.. Spec.Tags];

    public string? ProjectId => Spec.ProjectId;

    public string? OrgCode => Spec.OrgCode;

    public string[] AutomationId => [.. Spec.AutomationIds];

    public string? ClusterId => Spec.ClusterId;

    public bool NoDecompress => Spec.NoDecompress;

    public bool IsLowPriority => Spec.IsLowPriority;

    /// <summary><c>yes</c>, or <c>no</c> for a job that is created and not started.</summary>
    public string Submit => Spec.SubmitMode == SubmitMode.CreateOnly ? "no" : "yes";

    public bool KeepCommandSpacing => Spec.KeepCommandSpacing;

    public override string ToString() => JobName;
}
