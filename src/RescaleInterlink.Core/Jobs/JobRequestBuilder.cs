using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Makes the body of job creation (interop API 6.1) from a checked specification.</summary>
internal static class JobRequestBuilder
{
    /// <param name="versionCode">The platform's own code of the analysis version, or empty for its default.</param>
    /// <param name="inputs">Files that were uploaded for the job; those of <see cref="JobSpec.InputFileIds"/> and, to be unpacked,
    /// of <see cref="JobSpec.ExtraInputFileIds"/> are added.</param>
    public static JobRequest Build(JobSpec spec, string versionCode, IReadOnlyList<JobInputFile> inputs) => new()
    {
        Name = JobText.SanitizeField(spec.JobName),
        IsLowPriority = spec.IsLowPriority,
        Tags = spec.Tags.Count > 0 ? spec.Tags : null,
        ProjectId = NullWhenEmpty(spec.ProjectId),
        ClusterId = NullWhenEmpty(spec.ClusterId),
        JobAutomations = spec.AutomationIds.Count > 0
            ? [.. spec.AutomationIds.Select(id => new JobAutomation(new AutomationReference(id), new Dictionary<string, string>()))]
            : null,
        Jobanalyses =
        [
            new JobAnalysis
            {
                Command = JobText.SanitizeCommand(spec.Command, spec.KeepCommandSpacing),
                Analysis = new AnalysisReference(spec.AnalysisCode, versionCode.Length > 0 ? versionCode : null),
                Hardware = new Hardware(new CoreTypeReference(spec.CoreType), spec.CoresPerSlot, spec.Slots, RoundWalltime(spec.WalltimeHours)),
                InputFiles =
                [
                    .. inputs
                        .Concat(spec.InputFileIds.Select(id => new JobInputFile(id, !spec.NoDecompress)))
                        .Concat(spec.ExtraInputFileIds.Select(id => new JobInputFile(id, true)))
                        .DistinctBy(file => file.Id),
                ],
                EnvVars = LicenseSettings.Parse(spec.LicenseSettings),
                UseRescaleLicense = spec.UseRescaleLicense,
                OnDemandLicenseSeller = NullWhenEmpty(spec.OnDemandLicenseSeller),
                UserDefinedLicenseSettings = NullWhenEmpty(spec.UserDefinedLicenseSettings),
            },
        ],
    };

    /// <summary>Whole hours, rounded up, at least 1.</summary>
    internal static int RoundWalltime(double hours) => Math.Max(1, (int)Math.Ceiling(hours));

    private static string? NullWhenEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
