using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>What a run is going to do with a row, in words.</summary>
internal static class PipelineQuestion
{
    /// <param name="planned">What was found in its directory; null when nobody has looked.</param>
    public static string Target(JobRow row, PlannedRow? planned)
    {
        string held = planned is { ArchiveName.Length: > 0 } ? $" ({planned.Files} files, {HumanSize.Format(planned.Bytes)})" : "";
        string directory = string.IsNullOrEmpty(row.Spec.Directory) ? "(none)" : row.Spec.Directory;
        return $"row {row.Index}, job {row.Spec.JobName}, directory {directory}{held}";
    }

    /// <summary>The stages that are still to come.</summary>
    public static string Action(OpenRow open, string? destination)
    {
        var steps = new List<string>();
        Add(PipelineStage.Archive, "archive");
        Add(PipelineStage.Upload, "upload");
        Add(PipelineStage.Create, "create");
        if (open.Row.Spec.SubmitMode == SubmitMode.CreateAndSubmit)
        {
            Add(PipelineStage.Submit, "submit");
            if (destination is not null)
            {
                Add(PipelineStage.Wait, "wait");
                Add(PipelineStage.Download, $"download to {destination}");
            }
        }

        string last = steps[^1];
        string words = steps.Count == 1 ? last : $"{string.Join(", ", steps.Take(steps.Count - 1))} and {last}";
        return char.ToUpperInvariant(words[0]) + words[1..];

        void Add(PipelineStage stage, string step)
        {
            if (open.Stage <= stage)
                steps.Add(step);
        }
    }
}
