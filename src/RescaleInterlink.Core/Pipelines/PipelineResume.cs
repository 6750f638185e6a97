using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>Where a row goes on, from what the journal knows of it. A new row begins with its archive.</summary>
internal static class PipelineResume
{
    /// <summary>The stage to enter; Done for a row about which nothing is left to do but to report it.</summary>
    /// <param name="collects">Whether this run waits for jobs and downloads their outputs.</param>
    public static PipelineStage FindStage(RowState state, SubmitMode mode, bool collects)
    {
        if (state.JobId is null)
            return state.UploadStatus is StageStatus.Success or StageStatus.Skipped ? PipelineStage.Create : PipelineStage.Archive;
        if (state.Creating)
            return PipelineStage.Create;
        if (mode == SubmitMode.CreateOnly)
            return PipelineStage.Done;
        if (state.SubmitStatus != StageStatus.Success)
            return PipelineStage.Submit;
        if (!collects || (state.Ended && state.ErrorId is null && state.Destination is not null))
            return PipelineStage.Done;
        if (!JobStates.IsTerminal(state.JobStatus))
            return state.ErrorId == ErrorIds.JobNotFound ? PipelineStage.Done : PipelineStage.Wait;
        return state.Ended && state.ErrorId == ErrorIds.JobFailed ? PipelineStage.Done : PipelineStage.Download;
    }

    /// <summary>Whether a run that only repeats failures takes the row up.</summary>
    public static bool IsFailure(RowState state) => state is { Ended: true, ErrorId: not null };

    /// <summary>There is a job, and nothing can become of it: it failed on the platform, or was removed there.</summary>
    public static bool HasFailedJob(RowState state)
        => state is { Ended: true, JobId: not null, Creating: false, ErrorId: ErrorIds.JobFailed or ErrorIds.JobNotFound };

    /// <summary>The row's state as this run goes on with it: what failed is open again.</summary>
    public static RowState Reopen(RowState state, PipelineStage stage) => stage == PipelineStage.Done
        ? state
        : state with
        {
            Ended = false,
            ErrorId = null,
            ErrorMessage = null,
            TarStatus = Open(state.TarStatus),
            UploadStatus = Open(state.UploadStatus),
            SubmitStatus = Open(state.SubmitStatus),
        };

    /// <summary>The creation was sent by a version that gave jobs no mark, and its answer was never noted: only a look at the platform can tell.</summary>
    public static RescaleException Uncertain(RowState state) => new(
        ErrorIds.JobSubmissionUncertain, ErrorKind.State,
        $"Row {state.Index} ('{state.JobName}') was not sent: an earlier run was ended while it created this job, and the job may exist.",
        "Look for the job on the platform; then run the row alone with another state file, or not at all.");

    /// <summary>The error that an earlier run has reported for a row that is only reported again; null when it succeeded.</summary>
    public static RescaleException? Recall(RowState state) => state.ErrorId is null
        ? null
        : new RescaleException(state.ErrorId, state.ErrorId == ErrorIds.JobNotFound ? ErrorKind.NotFound : ErrorKind.JobFailed,
            state.ErrorMessage ?? "", "When its cause is put right, run the pipeline again with -Retry FailedJob: it makes the job anew.");

    private static StageStatus Open(StageStatus status) => status == StageStatus.Failed ? StageStatus.Pending : status;
}
