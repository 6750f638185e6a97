using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs.Submission;

/// <param name="IsStarted">Else it was created only.</param>
/// <param name="Warnings">What could not be done beside; the job is none the worse for it.</param>
public sealed record SubmittedJob(PlatformJob Job, bool IsStarted, IReadOnlyList<RescaleException> Warnings);

/// <summary>Makes jobs of specifications: uploads what is local, creates, labels, starts. One for each command. Thread-safe.</summary>
public sealed class JobSubmission
{
    private readonly RescaleClient _client;
    private readonly JobService _jobs;
    private readonly SharedUploads _uploads;
    private readonly LabelWarnings _warnings = new();

    internal JobSubmission(RescaleClient client, FileLibrary library, JobService jobs, TransferEngine engine, Func<string, UploadOptions> optionsOf)
        => (_client, _jobs, _uploads) = (client, jobs, new SharedUploads(jobs, library, engine, optionsOf));

    /// <param name="start">Else the job is created and waits to be started.</param>
    /// <exception cref="RescaleException">SourceChanged, JobSubmissionUncertain, and what engine and platform report. When the job was created,
    /// the message says so, with its id.</exception>
    public async Task<SubmittedJob> SubmitAsync(PreparedJob prepared, bool start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        var spec = prepared.Spec;
        // The engine starts as many at once as it may.
        var files = await Task.WhenAll(prepared.Inputs.Select(input => _uploads.SendAsync(input, cancellationToken))).ConfigureAwait(false);
        var job = await _jobs.CreateOnlyAsync(spec, [.. files.Select(id => new JobInputFile(id, Decompress: !spec.NoDecompress))], cancellationToken).ConfigureAwait(false);
        var warnings = await _jobs.LabelAsync(job.Id, spec, cancellationToken).ConfigureAwait(false);
        if (start)
            await StartAsync(job, spec.JobName, cancellationToken).ConfigureAwait(false);
        return new SubmittedJob(job, start, _warnings.News(warnings));
    }

    /// <summary>Starts a job that is there.</summary>
    /// <exception cref="RescaleException">JobNotFound, JobSubmissionUncertain, RequestRejected for one that was started before.</exception>
    public async Task<SubmittedJob> SubmitAsync(string jobId, CancellationToken cancellationToken)
    {
        var job = await _client.Jobs.GetAsync(jobId, cancellationToken).ConfigureAwait(false);
        await _jobs.SubmitAsync(jobId, cancellationToken).ConfigureAwait(false);
        return new SubmittedJob(job, IsStarted: true, []);
    }

    private async Task StartAsync(PlatformJob job, string name, CancellationToken cancellationToken)
    {
        try
        {
            await _jobs.SubmitAsync(job.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException failure)
        {
            var action = failure.ErrorId == ErrorIds.JobSubmissionUncertain ? failure.RecommendedAction : $"It is there and can be started: Start-RescaleJob -JobId {job.Id}";
            throw new RescaleException(failure.ErrorId, failure.Kind, $"The job '{name}' ({job.Id}) was created, but its start failed: {failure.Message}", action, failure);
        }
    }
}
