using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <param name="Status">The newest status word that is known; empty when the platform gave none.</param>
/// <param name="HadEnded">There was nothing to stop.</param>
public sealed record JobStop(string Status, bool HadEnded);

/// <summary>Changes jobs that are on the platform: stops them, removes them, gives them to projects. Thread-safe.</summary>
public sealed class JobChanges
{
    private const string Stopping = nameof(Stopping);

    private readonly JobsClient _jobs;
    private readonly JobProjects _projects;

    internal JobChanges(JobsClient jobs, JobProjects projects) => (_jobs, _projects) = (jobs, projects);

    /// <summary>Stops a job (J6). The platform takes the order; the job ends a while later.</summary>
    /// <exception cref="RescaleException">JobNotFound; RequestRejected for a job that was never started.</exception>
    public async Task<JobStop> StopAsync(string jobId, CancellationToken cancellationToken)
    {
        // Asked first: what a platform says to a stop that comes too late is not known, and may be yes.
        var before = await FindStatusAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (JobStates.IsTerminal(before))
            return new JobStop(before, HadEnded: true);
        try
        {
            await _jobs.StopAsync(jobId, cancellationToken).ConfigureAwait(false);
            return new JobStop(before, HadEnded: false);
        }
        catch (RescaleException refusal) when (refusal.Kind is ErrorKind.InvalidInput or ErrorKind.AlreadyExists or ErrorKind.ServerFault)
        {
            // It ended in the meantime, or it is being stopped: by somebody else, or by this order, whose first answer was lost.
            var now = await FindStatusAsync(jobId, cancellationToken).ConfigureAwait(false);
            if (JobStates.IsTerminal(now) || Stopping.Equals(now.Trim(), StringComparison.OrdinalIgnoreCase))
                return new JobStop(now, HadEnded: JobStates.IsTerminal(now) && refusal.Kind != ErrorKind.ServerFault);
            if (!JobStates.MayBeUnsubmitted(now))
                throw;
            throw new RescaleException(refusal.ErrorId, refusal.Kind, refusal.Message, "It seems that the job was never started; then it can be removed with Remove-RescaleJob.", refusal);
        }
    }

    /// <summary>Removes a job and its outputs for good (J7).</summary>
    /// <param name="evenUnfinished">Also one that has been started and has not ended.</param>
    /// <exception cref="RescaleException">JobNotFound; JobNotEnded.</exception>
    public async Task RemoveAsync(string jobId, bool evenUnfinished, CancellationToken cancellationToken)
    {
        // Also for the sake of the answer: a job that was there and now is not is removed, if only by a call whose answer was lost.
        var status = await FindStatusAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (!evenUnfinished && !JobStates.IsTerminal(status) && !JobStates.MayBeUnsubmitted(status))
            throw new RescaleException(ErrorIds.JobNotEnded, ErrorKind.State, $"The job '{jobId}' has not ended; its status is '{status}'.",
                "Stop it with Stop-RescaleJob first, or remove it all the same with -Force.");
        try
        {
            await _jobs.DeleteAsync(jobId, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException gone) when (gone.Kind == ErrorKind.NotFound)
        {
        }
    }

    /// <summary>Gives a job to a project; tried three times.</summary>
    /// <param name="organization">Its code; null takes the user's own.</param>
    /// <exception cref="RescaleException">OrganizationUnknown; or what the platform reports.</exception>
    public async Task AssignProjectAsync(string jobId, string projectId, string? organization, CancellationToken cancellationToken)
    {
        try
        {
            await _projects.AssignAsync(jobId, projectId, organization, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException failure)
        {
            throw new RescaleException(failure.ErrorId, failure.Kind,
                $"The job '{jobId}' could not be assigned to the project '{projectId}': {failure.Message}", failure.RecommendedAction, failure);
        }
    }

    private async Task<string> FindStatusAsync(string jobId, CancellationToken cancellationToken)
    {
        var statuses = await _jobs.GetStatusesAsync(jobId, cancellationToken).ConfigureAwait(false);
        return statuses.Count > 0 ? statuses[0].Status : "";
    }
}
