namespace RescaleInterlink.Pipelines;

/// <summary>The columns of a jobs table in the order in which they are written (interop files 4.1).</summary>
internal static class JobColumns
{
    public const string Directory = "Directory";
    public const string JobName = "JobName";
    public const string AnalysisCode = "AnalysisCode";
    public const string AnalysisVersion = "AnalysisVersion";
    public const string Command = "Command";
    public const string CoreType = "CoreType";
    public const string CoresPerSlot = "CoresPerSlot";
    public const string WalltimeHours = "WalltimeHours";
    public const string Slots = "Slots";
    public const string LicenseSettings = "LicenseSettings";
    public const string ExtraInputFileIDs = "ExtraInputFileIDs";
    public const string OnDemandLicenseSeller = "OnDemandLicenseSeller";
    public const string ProjectID = "ProjectID";
    public const string OrgCode = "OrgCode";
    public const string Tags = "Tags";
    public const string NoDecompress = "NoDecompress";
    public const string IsLowPriority = "IsLowPriority";
    public const string Submit = "Submit";
    public const string TarSubpath = "TarSubpath";

    public static IReadOnlyList<string> All { get; } =
    [
        Directory, JobName, AnalysisCode, AnalysisVersion, Command, CoreType, CoresPerSlot, WalltimeHours, Slots, LicenseSettings,
        ExtraInputFileIDs, OnDemandLicenseSeller, ProjectID, OrgCode, Tags, NoDecompress, IsLowPriority, Submit, TarSubpath,
    ];

    /// <summary>Columns that a table must have; their cells are checked by <see cref="Jobs.JobSpecCheck"/>.</summary>
    public static IReadOnlyList<string> Required { get; } =
        [Directory, JobName, AnalysisCode, Command, CoreType, CoresPerSlot, WalltimeHours, Slots, LicenseSettings];
}
