using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Makes the body of job creation (interop API 6.1) from a checked specification.</summary>
internal static class JobRequestBuilder
{
    /// <param name="versionCode">The platform's own code of the analysis version, or empty for its default.</param>
    /// <param name="inputs">The job's own files; those of <see cref="JobSpec.ExtraInputFileIds"/> are added, to be unpacked.</param>
    public static JobRequest Build(JobSpec spec, string versionCode, IReadOnlyList<JobInputFile> inputs) => new()
    {
        Name = JobText.SanitizeField(spec.JobName),
        IsLowPriority = spec.IsLowPriority,
        Tags = spec.Tags.Count > 0 ? spec.Tags : null,
        ProjectId = string.IsNullOrWhiteSpace(spec.ProjectId) ? null : spec.ProjectId,
        Jobanalyses =
        [
            new JobAnalysis
            {
                Command = JobText.SanitizeCommand(spec.Command, spec.KeepCommandSpacing),
                Analysis = new AnalysisReference(spec.AnalysisCode, versionCode.Length > 0 ? versionCode : null),
                Hardware = new Hardware(new CoreTypeReference(spec.CoreType), spec.CoresPerSlot, spec.Slots, RoundWalltime(spec.WalltimeHours)),
                InputFiles = [.. inputs.Concat(spec.ExtraInputFileIds.Select(id => new JobInputFile(id, true))).DistinctBy(file => file.Id)],
                EnvVars = LicenseSettings.Parse(spec.LicenseSettings),
                OnDemandLicenseSeller = string.IsNullOrWhiteSpace(spec.OnDemandLicenseSeller) ? null : spec.OnDemandLicenseSeller,
            },
        ],
    };

    /// <summary>Whole hours, rounded up, at least 1.</summary>
    internal static int RoundWalltime(double hours) => Math.Max(1, (int)Math.Ceiling(hours));
}
