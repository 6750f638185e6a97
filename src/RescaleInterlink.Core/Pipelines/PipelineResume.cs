using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>Where a row goes on, from what the journal knows of it. A new row begins with its archive.</summary>
internal static class PipelineResume
{
    /// <summary>What a run of these rows and options asks of its state.</summary>
    public static JournalTerms TermsOf(IEnumerable<PipelineJob> jobs, PipelineOptions options) => new(
        options.StatePath, [.. jobs.Select(static job => job.State)], options.Retry is null ? options.ExistingState : ExistingState.Require, options.AllowTableChange,
        options.Archive.Describe(), options.Extras)
    {
        LeftOut = options.LeftOut,
    };

    /// <summary>Gives the rows what an earlier run has noted of them, and leaves out those that this run is not for.</summary>
    /// <returns>What else there is to know about that, in words; or null.</returns>
    public static string? TakeOver(IReadOnlyList<PipelineJob> jobs, IReadOnlyDictionary<int, RowState> earlier, PipelineOptions options)
    {
        foreach (var job in jobs)
        {
            if (earlier.TryGetValue(job.Row.Index, out var state))
                job.Resume(state);
            job.IsLeftOut = options.LeftOut.Contains(job.Row.Index);
        }

        if (options.Retry is not { } retry)
            return null;
        var unended = 0;
        foreach (var job in jobs)
        {
            job.IsLeftOut |= !IsFailure(job.State);
            unended += job.State.Ended ? 0 : 1;
            if (retry == PipelineRetry.FailedJob && !job.IsLeftOut && HasFailedJob(job.State))
                job.StartAnew();
        }

        return unended == 0
            ? null
            : $"{(unended == 1 ? "A row has" : $"{unended} rows have")} not ended yet, and only rows that have failed are run. Run the pipeline again without -Retry to go on with the rest.";
    }

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

    /// <summary>Whether the row still needs its directory: one that is beyond its upload does not, and of one that may have a job that is asked first.</summary>
    public static bool NeedsInputs(RowState state) => state is { FileId: null, JobId: null, Creating: false };

    /// <summary>Nobody can go on with it, see <see cref="Uncertain"/>.</summary>
    public static bool IsUncertain(RowState state) => state is { Creating: true, Mark: null, JobId: null };

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
