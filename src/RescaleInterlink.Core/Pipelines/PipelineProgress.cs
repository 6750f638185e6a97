using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Pipelines;

/// <summary>Numbers of one run at one moment.</summary>
/// <param name="JobsByStage">Where each job is; every stage has an entry.</param>
public sealed record PipelineProgress(
    int Jobs, IReadOnlyDictionary<PipelineStage, int> JobsByStage, int Succeeded, int Failed, ProgressSnapshot Transfers);
