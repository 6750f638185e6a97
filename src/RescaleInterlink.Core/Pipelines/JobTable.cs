using System.Globalization;
using CsvHelper;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>Reads and writes jobs tables (interop files 4.1).</summary>
/// <remarks>Unlike with the Go tool, which takes the current folder, relative directories of a file are relative to that file's
/// own folder: a table works from wherever it is used.</remarks>
public static class JobTable
{
    /// <summary>Reads a file as <see cref="JobFiles"/> reads text; relative directories are relative to its folder.</summary>
    /// <exception cref="RescaleException">SourceNotFound, SourceUnreadable, JobTableInvalid.</exception>
    public static IReadOnlyList<JobRow> ReadFile(string path)
    {
        using var reader = new StringReader(JobFiles.Read(path));
        return Read(reader, path, Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>The same, with what is wrong beside the rows that can be read.</summary>
    /// <exception cref="RescaleException">SourceNotFound, SourceUnreadable.</exception>
    public static (IReadOnlyList<JobRow> Rows, IReadOnlyList<TableFault> Faults) InspectFile(string path)
    {
        using var reader = new StringReader(JobFiles.Read(path));
        var faults = new TableFaults(path);
        return (Read(reader, Path.GetDirectoryName(Path.GetFullPath(path)), faults), faults.All);
    }

    /// <param name="sourceName">The table's name for messages.</param>
    /// <param name="baseDirectory">Full path that relative directories are relative to; null leaves them as they are.</param>
    /// <exception cref="RescaleException">JobTableInvalid; the message names file row and column of every fault.</exception>
    public static IReadOnlyList<JobRow> Read(TextReader reader, string sourceName, string? baseDirectory = null)
    {
        var faults = new TableFaults(sourceName);
        var rows = Read(reader, baseDirectory, faults);
        faults.ThrowIfAny();
        return rows;
    }

    private static List<JobRow> Read(TextReader reader, string? baseDirectory, TableFaults faults)
    {
        var rows = new List<JobRow>();
        var malformed = new Dictionary<long, CsvMalformedReason>();
        var options = new CsvReaderOptions
        {
            Separator = ',',
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Recover,
            OnMalformedRecord = record => malformed[record.LineNumber] = record.Reason,
        };
        using var csv = CsvReader.Create(reader, options, leaveOpen: true);
        csv.ReadHeader();
        string[] headers = [.. csv.Headers];
        var columns = ReadColumns(headers, faults);
        foreach (var (line, reason) in malformed)
            faults.Add(line, null, Describe(reason));
        if (faults.All.Count > 0)
            return rows;

        while (csv.Read())
        {
            if (Enumerable.Range(0, csv.FieldCount).All(i => string.IsNullOrWhiteSpace(csv.GetString(i))))
                continue;
            if (malformed.TryGetValue(csv.LineNumber, out var reason))
                faults.Add(csv.LineNumber, FindMalformed(csv, columns), Describe(reason));
            else if (csv.FieldCount != headers.Length)
                faults.Add(csv.LineNumber, null, string.Create(CultureInfo.InvariantCulture, $"has {csv.FieldCount} cells, the header has {headers.Length}"));
            else
                rows.Add(new JobRow(rows.Count + 1, new JobRowParser(csv.LineNumber,
                    column => columns.TryGetValue(column, out var i) ? csv.GetString(i) : null, baseDirectory, faults).Parse()));
        }

        if (rows.Count == 0)
            faults.Add(csv.LineNumber + 1, null, "there is no data row");
        return rows;
    }

    /// <summary>The same for rows that are objects, such as those of Import-Csv.</summary>
    /// <param name="records">Cells by column name; the names' case does not matter.</param>
    /// <exception cref="RescaleException">JobTableInvalid; the message counts the first record as row 2, as in a file.</exception>
    public static IReadOnlyList<JobRow> FromRecords(
        IEnumerable<IReadOnlyDictionary<string, string?>> records, string sourceName, string? baseDirectory = null)
    {
        var faults = new TableFaults(sourceName);
        var rows = FromRecords(records, baseDirectory, faults);
        faults.ThrowIfAny();
        return rows;
    }

    /// <inheritdoc cref="InspectFile"/>
    public static (IReadOnlyList<JobRow> Rows, IReadOnlyList<TableFault> Faults) InspectRecords(
        IEnumerable<IReadOnlyDictionary<string, string?>> records, string? baseDirectory = null)
    {
        var faults = new TableFaults("");
        return (FromRecords(records, baseDirectory, faults), faults.All);
    }

    private static List<JobRow> FromRecords(IEnumerable<IReadOnlyDictionary<string, string?>> records, string? baseDirectory, TableFaults faults)
    {
        var rows = new List<JobRow>();
        foreach (var record in records)
        {
            var cells = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in record)
                cells.TryAdd(name.Trim(), value ?? "");
            rows.Add(new JobRow(rows.Count + 1, new JobRowParser(rows.Count + 2, cells.GetValueOrDefault, baseDirectory, faults).Parse()));
        }

        if (rows.Count == 0)
            faults.Add(2, null, "there is no data row");
        return rows;
    }

    /// <summary>Writes the header and one row for each job; LF line ends, no byte order mark.</summary>
    public static void Write(TextWriter writer, IEnumerable<JobSpec> jobs) => Write(writer, jobs, null, []);

    /// <param name="lastColumn">Name of one more column; null for none.</param>
    /// <param name="lastCells">A cell of it for each job.</param>
    internal static void Write(TextWriter writer, IEnumerable<JobSpec> jobs, string? lastColumn, IReadOnlyList<string> lastCells)
    {
        using var csv = CsvWriter.Create(writer, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        csv.WriteRecord(lastColumn is null ? [.. JobColumns.All] : [.. JobColumns.All, lastColumn]);
        var i = 0;
        foreach (var job in jobs)
            csv.WriteRecord(
            [
                job.Directory ?? "", job.JobName, job.AnalysisCode, job.AnalysisVersion, job.Command, job.CoreType,
                job.CoresPerSlot.ToString(CultureInfo.InvariantCulture),
                // At least one decimal, as the Go tool writes; but never fewer than the number has.
                job.WalltimeHours.ToString("0.0################", CultureInfo.InvariantCulture),
                job.Slots.ToString(CultureInfo.InvariantCulture), LicenseSettings.WithoutMark(job.LicenseSettings), string.Join(',', job.ExtraInputFileIds),
                job.OnDemandLicenseSeller ?? "", job.ProjectId ?? "", job.OrgCode ?? "", string.Join(',', job.Tags),
                job.NoDecompress ? "true" : "false", job.IsLowPriority ? "true" : "false",
                job.SubmitMode == SubmitMode.CreateOnly ? "no" : "yes", job.TarSubpath,
                .. lastColumn is null ? Enumerable.Empty<string>() : [lastCells[i++]],
            ]);
    }

    /// <summary>What the columns have no place for, by job.</summary>
    public static IReadOnlyList<string> FindLosses(IEnumerable<JobSpec> jobs)
    {
        var losses = new List<string>();
        foreach (var job in jobs)
        {
            Note(job, job.InputFiles.Count > 0, "InputFile");
            Note(job, job.InputFileIds.Count > 0, "InputFileId");
            Note(job, job.AutomationIds.Count > 0, "AutomationId");
            Note(job, job.ClusterId is not null, nameof(job.ClusterId));
            Note(job, job.UseRescaleLicense, nameof(job.UseRescaleLicense));
            Note(job, job.UserDefinedLicenseSettings is not null, nameof(job.UserDefinedLicenseSettings));
            Note(job, job.KeepCommandSpacing, nameof(job.KeepCommandSpacing));
        }

        return losses;

        void Note(JobSpec job, bool isThere, string what)
        {
            if (isThere)
                losses.Add($"'{job.JobName}': {what}");
        }
    }

    private static Dictionary<string, int> ReadColumns(string[] headers, TableFaults faults)
    {
        var columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < headers.Length; i++)
        {
            var name = JobText.SanitizeField(headers[i]);
            if (!columns.TryAdd(name, i) && JobColumns.All.Contains(name, StringComparer.OrdinalIgnoreCase))
                faults.Add(1, name, "is there twice");
        }

        if (headers.Length == 1 && (headers[0].Contains(';') || headers[0].Contains('\t')))
        {
            faults.Add(1, null, "the columns are separated by semicolons or tabs; a jobs table has commas");
            return columns;
        }

        foreach (var column in JobColumns.Required.Where(column => !columns.ContainsKey(column)))
            faults.Add(1, column, "is missing");
        return columns;
    }

    /// <summary>The column whose raw text breaks the rules of quotes.</summary>
    private static string? FindMalformed(CsvReader csv, Dictionary<string, int> columns)
    {
        for (var i = 0; i < csv.FieldCount; i++)
        {
            var raw = csv.GetRawSpan(i);
            var isQuoted = raw.Length > 0 && raw[0] == (byte)'"';
            if (isQuoted ? raw.Length == 1 || raw[^1] != (byte)'"' : raw.Contains((byte)'"'))
                return columns.FirstOrDefault(column => column.Value == i).Key;
        }

        return null;
    }

    private static string Describe(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.StrayQuote => "there is a quote inside a cell that is not quoted",
        CsvMalformedReason.TextAfterClosingQuote => "there is text after the closing quote; a quote inside quotes is written twice",
        CsvMalformedReason.UnterminatedQuote => "the cell's quote is never closed",
        _ => $"the row is malformed ({reason})",
    };
}
