using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>One row of a jobs table.</summary>
/// <param name="Index">1-based data row; the key of the pipeline's state.</param>
public sealed record JobRow(int Index, JobSpec Spec)
{
    /// <summary>Its directory is not looked at: it has files of the platform only.</summary>
    internal bool UsesExistingFiles { get; init; }

    /// <summary>The rows as jobs of files that the platform has, those of their ExtraInputFileIDs: nothing is archived or uploaded for them.</summary>
    public static IReadOnlyList<JobRow> WithoutDirectories(IReadOnlyList<JobRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return [.. rows.Select(static row => row with { Spec = row.Spec with { Directory = null, TarSubpath = "" }, UsesExistingFiles = true })];
    }
}

/// <summary>Why a row cannot be run.</summary>
public sealed record RowFault(int Index, string JobName, string Column, string Message);
