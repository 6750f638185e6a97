using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A row of a jobs table. Names, order and words of the properties are those of the file (interop files 4.1), so that
/// Export-Csv writes what every reader of such tables takes.</summary>
public sealed class JobRowItem : IShellObject
{
    internal JobRowItem(JobSpec spec) => Spec = spec;

    static string IShellObject.TypeName => "RescaleInterlink.JobRow";

    internal JobSpec Spec { get; }

    /// <summary>Full path.</summary>
    public string Directory => Spec.Directory ?? "";

    public string JobName => Spec.JobName;

    public string AnalysisCode => Spec.AnalysisCode;

    public string AnalysisVersion => Spec.AnalysisVersion;

    public string Command => Spec.Command;

    public string CoreType => Spec.CoreType;

    public int CoresPerSlot => Spec.CoresPerSlot;

    public double WalltimeHours => Spec.WalltimeHours;

    public int Slots => Spec.Slots;

    /// <summary>JSON object, or empty.</summary>
    public string LicenseSettings => Spec.LicenseSettings;

    /// <summary>Separated by commas.</summary>
    public string ExtraInputFileIDs => string.Join(',', Spec.ExtraInputFileIds);

    public string OnDemandLicenseSeller => Spec.OnDemandLicenseSeller ?? "";

    public string ProjectID => Spec.ProjectId ?? "";

    public string OrgCode => Spec.OrgCode ?? "";

    /// <summary>Separated by commas.</summary>
    public string Tags => string.Join(',', Spec.Tags);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public string NoDecompress => Spec.NoDecompress ? "true" : "false";

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public string IsLowPriority => Spec.IsLowPriority ? "true" : "false";

    /// <summary><c>yes</c>, or <c>no</c> for a job that is created and not started.</summary>
    public string Submit => Spec.SubmitMode == SubmitMode.CreateOnly ? "no" : "yes";

    public string TarSubpath => Spec.TarSubpath;

    public override string ToString() => JobName;
}
