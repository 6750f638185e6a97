using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Pipelines.Planning;

public enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Information,

    /// <summary>It runs, and may not be what was meant.</summary>
    Warning,

    /// <summary>The row cannot be run as it is.</summary>
    Error,
}

/// <param name="Row">Data row of the table, from 1; null when it is about the table as a whole.</param>
/// <param name="Column">Null when it is about the row as a whole.</param>
public sealed record PlanFinding(FindingSeverity Severity, long? Row, string JobName, string? Column, string Message);

/// <summary>One row as it would be run.</summary>
/// <param name="Stage">Where it begins, or goes on.</param>
/// <param name="Files">In the archive, without directories and links; 0 without a directory, and for a row that is beyond its upload.</param>
/// <param name="Bytes">Of these files.</param>
/// <param name="ArchiveBytes">Of the archive before any compression: exact, as its layout is computed from the listing. Uncompressed, that much is uploaded, and at most 16 bytes more.</param>
public sealed record PlannedRow(int Index, string JobName, PipelineStage Stage, string? Directory, string ArchiveName, int Files, long Bytes, long ArchiveBytes, bool Submits);

/// <summary>Calls of one scope of the platform's rate limits (interop API 2.4).</summary>
/// <param name="Calls">From the first upload to the last submission; with a destination, also the listings of outputs. Waiting for the jobs to end
/// adds more, but only as many as there is room for.</param>
/// <param name="AtOnce">Calls that may be made now without waiting; null without limits.</param>
/// <param name="RatePerSecond">Calls per second after that; null without limits.</param>
public sealed record PlannedCalls(RateScope Scope, long Calls, double? AtOnce, double? RatePerSecond)
{
    public string Name => RateScopes.NameOf(Scope);

    /// <summary>What the limit alone takes, whatever the machine and the network can do.</summary>
    public TimeSpan Shortest => RateLimitStatus.Shortest(Calls, AtOnce, RatePerSecond);
}

/// <summary>What a table would make of the platform and of time, before anything is sent.</summary>
public sealed record PipelineForecast
{
    /// <summary>Those that would be run.</summary>
    public required IReadOnlyList<PlannedRow> Rows { get; init; }

    /// <summary>By row.</summary>
    public required IReadOnlyList<PlanFinding> Findings { get; init; }

    public required IReadOnlyList<PlannedCalls> Calls { get; init; }

    /// <summary>Rows of the table that stay as they are: those that are done, and those that the run is not for.</summary>
    public int Unchanged { get; init; }

    /// <summary>Files that all jobs share, those of the platform too; 0 when no job is still to be created.</summary>
    public int ExtraFiles { get; init; }

    /// <summary>Of those that are still to be uploaded, once for all jobs.</summary>
    public long ExtraBytes { get; init; }

    /// <summary>Neither a row nor the table as a whole has an error.</summary>
    public bool IsValid => Findings.All(static finding => finding.Severity != FindingSeverity.Error);

    /// <summary>From the first call to the last submission: no run can be faster, as the scopes are used side by side and the slowest decides.</summary>
    public TimeSpan Shortest => Calls.Where(static calls => calls.Scope != RateScope.JobsUsage).Select(static calls => calls.Shortest).DefaultIfEmpty().Max();
}
