using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <param name="Column">Property of <see cref="JobSpec"/>, which is the column of a table too.</param>
public sealed record JobSpecFault(string Column, string Message);

/// <summary>What can be said about a job without asking the platform (interop files 4.6).</summary>
public static class JobSpecCheck
{
    /// <summary>All faults of the specification; empty when it can be sent.</summary>
    public static IReadOnlyList<JobSpecFault> FindFaults(JobSpec spec)
    {
        var faults = new List<JobSpecFault>();
        RequireText(nameof(JobSpec.JobName), spec.JobName);
        RequireText(nameof(JobSpec.AnalysisCode), spec.AnalysisCode);
        RequireText(nameof(JobSpec.Command), JobText.SanitizeCommand(spec.Command));
        RequireText(nameof(JobSpec.CoreType), spec.CoreType);
        RequirePositive(nameof(JobSpec.CoresPerSlot), spec.CoresPerSlot);
        RequirePositive(nameof(JobSpec.Slots), spec.Slots);
        RequirePositive(nameof(JobSpec.WalltimeHours), spec.WalltimeHours);
        if (!Enum.IsDefined(spec.SubmitMode))
            faults.Add(new JobSpecFault(nameof(JobSpec.SubmitMode), "is not a known submit mode"));
        if (!LicenseSettings.TryParse(spec.LicenseSettings, out _, out var problem))
            faults.Add(new JobSpecFault(nameof(JobSpec.LicenseSettings), $"cannot be used: {problem}"));
        return faults;

        void RequireText(string column, string? value)
        {
            if (string.IsNullOrWhiteSpace(value))
                faults.Add(new JobSpecFault(column, "is empty"));
        }

        void RequirePositive(string column, double value)
        {
            if (!(value > 0 && value <= int.MaxValue))
                faults.Add(new JobSpecFault(column, FormattableString.Invariant($"must be greater than 0, not {value}")));
        }
    }

    /// <exception cref="RescaleException">JobSpecInvalid, naming every fault.</exception>
    public static void Require(JobSpec spec)
    {
        var faults = FindFaults(spec);
        if (faults.Count > 0)
            throw Failure(spec, faults);
    }

    /// <summary>One error that names every fault.</summary>
    public static RescaleException Failure(JobSpec spec, IEnumerable<JobSpecFault> faults) => new(
        ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput,
        $"The job '{spec.JobName}' cannot be created: {string.Join("; ", faults.Select(fault => $"{fault.Column} {fault.Message}")).TrimEnd('.')}.",
        "Correct the named fields.");
}
