using System.Globalization;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>Turns the cells of one row into a specification and collects what is wrong with them.</summary>
/// <param name="row">The row's number for messages.</param>
/// <param name="cell">The cell of a column, or null when the row has no such column.</param>
/// <param name="baseDirectory">What relative directories are relative to; null leaves them as they are.</param>
internal sealed class JobRowParser(long row, Func<string, string?> cell, string? baseDirectory, TableFaults faults)
{
    public JobSpec Parse()
    {
        foreach (var column in JobColumns.Required)
            if (cell(column) is null)
                faults.Add(row, column, "is missing");
        var licenseSettings = Text(JobColumns.LicenseSettings);
        if (!LicenseSettings.TryParse(licenseSettings, out _, out var problem))
            faults.Add(row, JobColumns.LicenseSettings, problem!);
        if (!SubmitModes.TryParse(Text(JobColumns.Submit), out var mode))
            faults.Add(row, JobColumns.Submit, $"'{Text(JobColumns.Submit)}' is not one of yes, no, submit, create_and_submit, create_only, draft");

        return new JobSpec
        {
            Directory = ParseDirectory(),
            JobName = Text(JobColumns.JobName),
            AnalysisCode = Text(JobColumns.AnalysisCode),
            AnalysisVersion = Text(JobColumns.AnalysisVersion),
            // Cleaned when it is sent: until then a user sees what the table holds.
            Command = cell(JobColumns.Command) ?? "",
            CoreType = Text(JobColumns.CoreType),
            CoresPerSlot = ParseCount(JobColumns.CoresPerSlot),
            WalltimeHours = ParseHours(),
            Slots = ParseCount(JobColumns.Slots),
            LicenseSettings = LicenseSettings.WithoutMark(licenseSettings),
            ExtraInputFileIds = ParseList(JobColumns.ExtraInputFileIDs),
            OnDemandLicenseSeller = TextOrNull(JobColumns.OnDemandLicenseSeller),
            ProjectId = TextOrNull(JobColumns.ProjectID),
            OrgCode = TextOrNull(JobColumns.OrgCode),
            Tags = ParseList(JobColumns.Tags),
            NoDecompress = ParseFlag(JobColumns.NoDecompress),
            IsLowPriority = ParseFlag(JobColumns.IsLowPriority),
            SubmitMode = mode,
            TarSubpath = Text(JobColumns.TarSubpath),
        };
    }

    private string Text(string column) => JobText.SanitizeField(cell(column));

    private string? TextOrNull(string column) => Text(column) is { Length: > 0 } text ? text : null;

    private string? ParseDirectory()
    {
        var text = TextOrNull(JobColumns.Directory);
        if (text is null || baseDirectory is null)
            return text;
        try
        {
            // Joiners and soft hyphens that an office program has left are not meant; those of a folder's own name are.
            var written = Path.GetFullPath(cell(JobColumns.Directory)!, baseDirectory);
            return Directory.Exists(written) ? written : Path.GetFullPath(text, baseDirectory);
        }
        catch (ArgumentException)
        {
            faults.Add(row, JobColumns.Directory, "is not a path");
            return null;
        }
    }

    private int ParseCount(string column)
    {
        var text = Text(column);
        if (text.Length == 0)
            return 0;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            faults.Add(row, column, $"'{text}' is not a whole number");
        return count;
    }

    private double ParseHours()
    {
        var text = Text(JobColumns.WalltimeHours);
        if (text.Length == 0)
            return 0;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var hours) || !double.IsFinite(hours))
            faults.Add(row, JobColumns.WalltimeHours, $"'{text}' is not a number of hours (with a point, as in 1.5)");
        return hours;
    }

    private bool ParseFlag(string column)
    {
        var text = Text(column);
        if (text.Length == 0)
            return false;
        var isTrue = Is("true") || Is("yes") || Is("1");
        if (!isTrue && !Is("false") && !Is("no") && !Is("0"))
            faults.Add(row, column, $"'{text}' is not one of true, yes, 1, false, no, 0");
        return isTrue;

        bool Is(string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    private string[] ParseList(string column)
        => [.. Text(column).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
}
