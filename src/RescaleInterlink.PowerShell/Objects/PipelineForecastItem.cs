using System.Management.Automation;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>What a pipeline would do with a table.</summary>
public sealed class PipelineForecastItem : IShellObject
{
    internal PipelineForecastItem(PipelineForecast forecast)
    {
        IsValid = forecast.IsValid;
        Jobs = forecast.Rows.Count;
        Unchanged = forecast.Unchanged;
        Submissions = forecast.Rows.Count(static row => row.Submits);
        // Jobs of one folder share its archive.
        PlannedRow[] archives = [.. forecast.Rows.Where(static row => row.ArchiveName.Length > 0).DistinctBy(static row => row.ArchiveName)];
        Archives = archives.Length;
        Files = archives.Sum(static row => (long)row.Files);
        Bytes = archives.Sum(static row => row.Bytes);
        ArchiveBytes = archives.Sum(static row => row.ArchiveBytes);
        ExtraFiles = forecast.ExtraFiles;
        ExtraBytes = forecast.ExtraBytes;
        ShortestTime = forecast.Shortest;
        ApiCall = [.. forecast.Calls.Select(static calls => ShellObject.Wrap(new PlannedCallsItem(calls)))];
        Finding = [.. forecast.Findings.Select(static finding => ShellObject.Wrap(new PlanFindingItem(finding)))];
        Row = [.. forecast.Rows.Select(static row => ShellObject.Wrap(new PlannedRowItem(row)))];
    }

    static string IShellObject.TypeName => "RescaleInterlink.PipelineForecast";

    /// <summary>No row has an error.</summary>
    public bool IsValid { get; }

    /// <summary>Rows that would be run.</summary>
    public int Jobs { get; }

    /// <summary>Rows that stay as they are: those that are done, and those that the run is not for.</summary>
    public int Unchanged { get; }

    /// <summary>Jobs that would be started.</summary>
    public int Submissions { get; }

    /// <summary>Folders that would be archived and uploaded; jobs of the same folder share one.</summary>
    public int Archives { get; }

    public long Files { get; }

    /// <summary>Of the files.</summary>
    public long Bytes { get; }

    /// <summary>Of the archives before any compression.</summary>
    public long ArchiveBytes { get; }

    /// <summary>Files that all jobs share, those of the platform too; 0 when no job is still to be created.</summary>
    public int ExtraFiles { get; }

    /// <summary>Of those that are still to be uploaded, once for all jobs.</summary>
    public long ExtraBytes { get; }

    /// <summary>From the first call to the last submission, by the platform's rate limits alone.</summary>
    public TimeSpan ShortestTime { get; }

    /// <summary>Calls by scope of the platform's rate limits.</summary>
    public PSObject[] ApiCall { get; }

    public PSObject[] Finding { get; }

    public PSObject[] Row { get; }

    public override string ToString()
        => (Jobs == 0 && Unchanged > 0 ? "no job is left to run" : Amounts) + (Unchanged == 0 ? "" : FormattableString.Invariant($"; {Unchanged} {(Unchanged == 1 ? "row stays as it is" : "rows stay as they are")}"));

    private string Amounts
        => FormattableString.Invariant($"{Jobs} jobs, {Archives} archives, {Files} files of {HumanSize.Format(Bytes)}{Extras}, {HumanSize.Format(ArchiveBytes + ExtraBytes)} to upload, at least {ShortestTime:d\\.hh\\:mm\\:ss} by the platform's rate limits");

    private string Extras => ExtraFiles == 0 ? "" : FormattableString.Invariant($", {ExtraFiles} extra {(ExtraFiles == 1 ? "file" : "files")} for all of them");
}

/// <summary>Something to know about a table before it is run.</summary>
public sealed class PlanFindingItem : IShellObject
{
    internal PlanFindingItem(PlanFinding finding)
        => (Severity, Row, JobName, Column, Message) = (finding.Severity.ToString(), finding.Row, finding.JobName, finding.Column, finding.Message);

    static string IShellObject.TypeName => "RescaleInterlink.PlanFinding";

    /// <summary><c>Error</c>, <c>Warning</c> or <c>Information</c>.</summary>
    public string Severity { get; }

    /// <summary>Data row of the table, from 1; null when it is about the table as a whole.</summary>
    public long? Row { get; }

    public string JobName { get; }

    public string? Column { get; }

    public string Message { get; }

    public override string ToString()
        => (Row is { } row ? FormattableString.Invariant($"row {row} ('{JobName}'): ") : "") + (Column is null || Row is null ? "" : $"{Column} ") + Message;
}

/// <summary>One row as it would be run.</summary>
public sealed class PlannedRowItem : IShellObject
{
    internal PlannedRowItem(PlannedRow row)
        => (Index, JobName, Stage, Directory, ArchiveName, Files, Bytes, ArchiveBytes, Submits)
            = (row.Index, row.JobName, row.Stage.ToString(), row.Directory, row.ArchiveName, row.Files, row.Bytes, row.ArchiveBytes, row.Submits);

    static string IShellObject.TypeName => "RescaleInterlink.PlannedRow";

    /// <summary>Data row of the table, from 1.</summary>
    public int Index { get; }

    public string JobName { get; }

    /// <summary>Where it would begin, or go on.</summary>
    public string Stage { get; }

    public string? Directory { get; }

    public string ArchiveName { get; }

    public int Files { get; }

    public long Bytes { get; }

    public long ArchiveBytes { get; }

    /// <summary>The job would be started.</summary>
    public bool Submits { get; }

    public override string ToString() => JobName;
}

/// <summary>The calls that a plan needs in one scope of the platform's rate limits.</summary>
public sealed class PlannedCallsItem : IShellObject
{
    internal PlannedCallsItem(PlannedCalls calls)
        => (Scope, Calls, AtOnce, RatePerSecond, ShortestTime) = (calls.Name, calls.Calls, calls.AtOnce, calls.RatePerSecond, calls.Shortest);

    static string IShellObject.TypeName => "RescaleInterlink.PlannedCalls";

    /// <summary><c>user</c>, <c>job-submission</c> or <c>jobs-usage</c>.</summary>
    public string Scope { get; }

    public long Calls { get; }

    /// <summary>Calls that may be made without waiting; null without limits.</summary>
    public double? AtOnce { get; }

    /// <summary>Calls per second after that; null without limits.</summary>
    public double? RatePerSecond { get; }

    /// <summary>What the limit alone takes.</summary>
    public TimeSpan ShortestTime { get; }

    public override string ToString() => FormattableString.Invariant($"{Scope}: {Calls} calls");
}
