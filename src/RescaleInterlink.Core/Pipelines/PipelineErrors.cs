using System.Globalization;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Pipelines;

/// <summary>What a failure means for a job's result and for its row in the state.</summary>
internal static class PipelineErrors
{
    public static RescaleException JobFailed(PipelineJob job, IReadOnlyList<RescaleException> downloadFailures)
    {
        var state = job.State;
        var reason = string.IsNullOrWhiteSpace(state.Reason) ? "" : $": {state.Reason.TrimEnd('.')}";
        var outputs = downloadFailures.Count == 0 ? "" : $" Not all of its outputs could be downloaded: {downloadFailures[0].Message}";
        return new RescaleException(ErrorIds.JobFailed, ErrorKind.JobFailed,
            $"The job '{state.JobName}' ({state.JobId}) ended {state.JobStatus}{reason}.{outputs}",
            $"Read process_output.log in '{state.Destination}'.", downloadFailures.Count > 0 ? downloadFailures[0] : null);
    }

    /// <summary>The journal has the mark of the job, so whoever runs the pipeline has nothing to look for.</summary>
    public static RescaleException MayExist(RescaleException exception) => exception.ErrorId != ErrorIds.JobSubmissionUncertain ? exception
        : new RescaleException(exception.ErrorId, exception.Kind, exception.Message, "Run the pipeline again with the same state: it looks for the job by its mark, and goes on with it.", exception)
        {
            StatusCode = exception.StatusCode,
        };

    public static RescaleException OutputsMissing(PipelineJob job, IReadOnlyList<RescaleException> failures)
    {
        var first = failures[0];
        var count = failures.Count == 1 ? "an output" : string.Create(CultureInfo.InvariantCulture, $"{failures.Count} outputs");
        return new RescaleException(first.ErrorId, first.Kind,
            $"The job '{job.State.JobName}' ({job.State.JobId}) succeeded, but {count} could not be downloaded: {first.Message}",
            first.ErrorId == ErrorIds.DestinationExists
                ? "Move what lies there away, or give another destination, and run the same command again: it only downloads." : first.RecommendedAction,
            first);
    }

    public static RescaleException Unforeseen(PipelineJob job, PipelineStage stage, Exception exception)
        => new(ErrorIds.PipelineStageFailed, ErrorKind.State,
            $"The job '{job.State.JobName}' failed at the stage {stage} in a way that was not foreseen: {exception.GetType().Name}: {Redaction.Redact(exception.Message)}",
            "Report this message with the run's journal.", exception);

    public static RescaleException StateInvalid(string message, string action, Exception? inner = null)
        => new(ErrorIds.PipelineStateInvalid, ErrorKind.State, message, action, inner);

    public static RescaleException StateUnwritable(string path, Exception exception)
        => new(ErrorIds.PipelineStateInvalid, ErrorKind.State,
            $"The pipeline's state '{path}' cannot be written: {exception.Message} The run was stopped; jobs that were submitted go on.",
            "Make room or correct the permissions; the journal tells how far each row has come.", exception);

    /// <summary>The stage's own status and the submission's become failed, as in the Go tool's state (interop files 7);
    /// a job that was submitted stays so, whatever its end.</summary>
    public static RowState Apply(RowState state, PipelineStage stage, RescaleException error) => state with
    {
        Ended = true,
        ErrorId = error.ErrorId,
        ErrorMessage = error.Message,
        TarStatus = stage == PipelineStage.Archive ? StageStatus.Failed : state.TarStatus,
        UploadStatus = stage == PipelineStage.Upload ? StageStatus.Failed : state.UploadStatus,
        SubmitStatus = stage < PipelineStage.Wait ? StageStatus.Failed : state.SubmitStatus,
    };
}
