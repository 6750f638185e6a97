using RescaleInterlink.Pipelines;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>The pipeline's numbers in words while it runs.</summary>
internal static class PipelineReport
{
    public static ProgressReport Of(PipelineProgress now)
    {
        int ended = now.Succeeded + now.Failed;
        string stages = string.Join(", ", now.JobsByStage
            .Where(stage => stage.Value > 0 && stage.Key != PipelineStage.Done)
            .OrderBy(stage => stage.Key)
            .Select(stage => $"{stage.Value} in {stage.Key}"));
        string failed = now.Failed == 0 ? "" : $" ({now.Failed} failed)";
        string status = $"{ended} of {now.Jobs} jobs ended{failed}{(stages.Length == 0 ? "" : "; " + stages)}; "
            + TransferProgress.Amounts(now.Transfers, now.Transfers.BytesTotal);
        return new ProgressReport(
            "Running the Rescale pipeline", status, now.Jobs == 0 ? null : 100.0 * ended / now.Jobs, TransferProgress.Items(now.Transfers));
    }
}
