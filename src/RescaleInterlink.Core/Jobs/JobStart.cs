using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Starts a job, and never twice: after an answer that leaves open whether it was taken, the platform is asked before it is sent again. Thread-safe.</summary>
internal sealed class JobStart(JobsClient jobs, TimeProvider time)
{
    /// <summary>How often, and how far apart, a platform that did not answer a submission is asked whether it took it.</summary>
    private const int Checks = 5;
    private static readonly TimeSpan CheckWait = TimeSpan.FromSeconds(2);

    /// <param name="askFirst">The job may have been submitted already; that is no error.</param>
    /// <exception cref="RescaleException">JobNotFound; JobSubmissionUncertain when the platform could not be asked either.</exception>
    public async Task SubmitAsync(string jobId, bool askFirst, CancellationToken cancellationToken)
    {
        if (askFirst && await IsSubmittedAsync(jobId, null, cancellationToken).ConfigureAwait(false))
            return;
        RescaleException? doubt = null;
        for (var check = 0; ; check++)
        {
            try
            {
                await jobs.SubmitAsync(jobId, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RescaleException exception) when (check < Checks && (IsInDoubt(exception) || (doubt is not null && IsRefusal(exception))))
            {
                // A refusal after a doubtful attempt may well mean that the job was submitted by that attempt.
                doubt ??= exception;
            }

            await Task.Delay(CheckWait, time, cancellationToken).ConfigureAwait(false);
            if (await IsSubmittedAsync(jobId, doubt, cancellationToken).ConfigureAwait(false))
                return;
        }
    }

    private static bool IsInDoubt(RescaleException exception)
        => exception.ErrorId == ErrorIds.JobSubmissionUncertain || exception.Kind == ErrorKind.ServerFault;

    private static bool IsRefusal(RescaleException exception) => exception.Kind is ErrorKind.InvalidInput or ErrorKind.AlreadyExists;

    private async Task<bool> IsSubmittedAsync(string jobId, RescaleException? doubt, CancellationToken cancellationToken)
    {
        try
        {
            var statuses = await jobs.GetStatusesAsync(jobId, cancellationToken).ConfigureAwait(false);
            return statuses.Any(entry => !JobStates.MayBeUnsubmitted(entry.Status));
        }
        catch (RescaleException exception) when (doubt is not null && exception.Kind != ErrorKind.NotFound)
        {
            throw new RescaleException(ErrorIds.JobSubmissionUncertain, ErrorKind.State,
                $"{doubt.Message} Whether the job '{jobId}' was submitted could not be found out: {exception.Message}",
                "Look at the job on the platform before submitting it again.", doubt);
        }
    }
}
