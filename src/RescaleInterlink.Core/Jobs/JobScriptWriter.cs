using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <summary>Writes a job as an SGE script that the Go tool reads too (interop files 4.3).</summary>
/// <remarks>A command of several lines is the script's body, and no <c>#RESCALE_COMMAND</c> stands in its way. What the Go tool's rules
/// would take from it (comments, indents, empty lines) is kept by a mark that <see cref="JobScript"/> knows.</remarks>
public static partial class JobScriptWriter
{
    /// <param name="notes">What the script has no place for.</param>
    /// <exception cref="RescaleException">JobSpecInvalid: a value cannot be written so that it is read back.</exception>
    public static string Write(JobSpec spec, out IReadOnlyList<string> notes)
    {
        var faults = new List<JobSpecFault>(JobSpecCheck.FindFaults(spec));
        var script = new StringBuilder("#!/bin/bash\n# A job for Rescale. The lines that begin with #RESCALE_ describe it.\n#\n");
        Add(nameof(spec.JobName), "RESCALE_NAME", JobText.SanitizeField(spec.JobName));
        Add(nameof(spec.AnalysisCode), "RESCALE_ANALYSIS", JobText.SanitizeField(spec.AnalysisCode));
        Add(nameof(spec.AnalysisVersion), "RESCALE_ANALYSIS_VERSION", JobText.SanitizeField(spec.AnalysisVersion));
        Add(nameof(spec.CoreType), "RESCALE_CORES", JobText.SanitizeField(spec.CoreType));
        Add(nameof(spec.CoresPerSlot), "RESCALE_CORES_PER_SLOT", spec.CoresPerSlot.ToString(CultureInfo.InvariantCulture));
        Add(nameof(spec.Slots), "RESCALE_SLOTS", spec.Slots.ToString(CultureInfo.InvariantCulture));
        if (faults.Count == 0 && JobRequestBuilder.RoundWalltime(spec.WalltimeHours) is var hours)
        {
            if (hours > JobScript.MostWalltimeHours)
                faults.Add(new JobSpecFault(nameof(spec.WalltimeHours), $"is more than the {JobScript.MostWalltimeHours} hours that a script can say"));
            Add(nameof(spec.WalltimeHours), "RESCALE_WALLTIME", hours.ToString(CultureInfo.InvariantCulture));
        }

        if (spec.Tags.Any(tag => tag.Contains(',', StringComparison.Ordinal)))
            faults.Add(new JobSpecFault(nameof(spec.Tags), "hold a comma, which separates tags in a script"));
        Add(nameof(spec.Tags), "RESCALE_TAGS", string.Join(',', spec.Tags));
        Add(nameof(spec.ProjectId), "RESCALE_PROJECT_ID", spec.ProjectId);
        Add(nameof(spec.UseRescaleLicense), "USE_RESCALE_LICENSE", spec.UseRescaleLicense ? "true" : null);
        Add(nameof(spec.UserDefinedLicenseSettings), "RESCALE_USER_DEFINED_LICENSE_SETTINGS", spec.UserDefinedLicenseSettings);
        foreach (var id in spec.AutomationIds)
            Add(nameof(spec.AutomationIds), "RESCALE_AUTOMATION", id);
        AddEnvironment();
        AddCommand();
        notes = FindLosses(spec);
        return faults.Count == 0 ? script.ToString() : throw JobSpecCheck.Failure(spec, faults.Distinct());

        void Add(string field, string directive, string? value)
        {
            if (string.IsNullOrEmpty(value))
                return;
            if (LineEnd().IsMatch(value))
                faults.Add(new JobSpecFault(field, "holds a line end, which a directive of a script cannot"));
            else if (value != value.Trim())
                faults.Add(new JobSpecFault(field, "begins or ends with blanks, which a directive of a script loses"));
            script.Append(CultureInfo.InvariantCulture, $"#{directive} {value}\n");
        }

        void AddEnvironment()
        {
            // Unusable settings are among the faults already.
            if (!LicenseSettings.TryParse(spec.LicenseSettings, out var variables, out _))
                return;
            foreach (var (name, value) in variables)
            {
                if (!VariableName().IsMatch(name))
                    faults.Add(new JobSpecFault(nameof(spec.LicenseSettings), $"have the name '{name}', which a script cannot give to a variable"));
                else if (value.Length == 0)
                    script.Append(CultureInfo.InvariantCulture, $"#RESCALE_ENV_{name}\n");
                else
                    Add(nameof(spec.LicenseSettings), $"RESCALE_ENV_{name}", value);
            }
        }

        void AddCommand()
        {
            var command = JobText.SanitizeCommand(spec.Command, spec.KeepCommandSpacing);
            var lines = command.Split('\n');
            var isVerbatim = spec.KeepCommandSpacing || lines.Any(line => line.Length == 0 || line != line.Trim() || line[0] == '#');
            if (!isVerbatim && lines.Length == 1)
                script.Append(CultureInfo.InvariantCulture, $"#RESCALE_COMMAND {command}\n");
            script.Append("#\n");
            if (isVerbatim)
                script.Append(JobScript.VerbatimMark).Append('\n');
            script.Append(command).Append('\n');
        }
    }

    private static List<string> FindLosses(JobSpec spec)
    {
        var losses = new List<string>();
        Note(spec.Directory is not null, nameof(spec.Directory));
        Note(spec.TarSubpath.Length > 0, nameof(spec.TarSubpath));
        Note(spec.InputFiles.Count > 0, "InputFile");
        Note(spec.InputFileIds.Count > 0, "InputFileId");
        Note(spec.ExtraInputFileIds.Count > 0, "ExtraInputFileId");
        Note(spec.NoDecompress, nameof(spec.NoDecompress));
        Note(spec.IsLowPriority, nameof(spec.IsLowPriority));
        Note(spec.OnDemandLicenseSeller is not null, nameof(spec.OnDemandLicenseSeller));
        Note(spec.OrgCode is not null, nameof(spec.OrgCode));
        Note(spec.ClusterId is not null, nameof(spec.ClusterId));
        Note(spec.SubmitMode == SubmitMode.CreateOnly, "Submit");
        Note(spec.WalltimeHours != JobRequestBuilder.RoundWalltime(spec.WalltimeHours), "the part of an hour in WalltimeHours");
        return losses;

        void Note(bool isThere, string what)
        {
            if (isThere)
                losses.Add(what);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();

    [GeneratedRegex("[\r\n]")]
    private static partial Regex LineEnd();
}
