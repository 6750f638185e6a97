using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>One row of a jobs table.</summary>
/// <param name="Index">1-based data row; the key of the pipeline's state.</param>
public sealed record JobRow(int Index, JobSpec Spec);

/// <summary>Why a row cannot be run.</summary>
public sealed record RowFault(int Index, string JobName, string Column, string Message);
