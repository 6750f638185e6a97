using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Listing;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs;

/// <summary>Jobs on the platform: create and submit, follow, collect. Thread-safe.</summary>
public sealed class JobService : IDisposable
{
    private readonly RescaleClient _client;
    private readonly FileLibrary _library;
    private readonly TimeProvider _time;
    private readonly JobCatalogue _catalogue;
    private readonly JobCreation _creation;
    private readonly JobProjects _projects;
    private readonly JobStart _start;

    /// <param name="organization">The code of the user's organization; null when the profile does not tell.</param>
    internal JobService(RescaleClient client, FileLibrary library, TimeProvider time, string? organization)
    {
        _client = client;
        _library = library;
        _time = time;
        _catalogue = new JobCatalogue(client.Catalog, time);
        Listing = new JobListing(client.Jobs);
        _creation = new JobCreation(client);
        _projects = new JobProjects(client.Jobs, organization, time);
        _start = new JobStart(client.Jobs, time);
        Changes = new JobChanges(client.Jobs, _projects);
    }

    /// <summary>The jobs of the user, by conditions.</summary>
    public JobListing Listing { get; }

    /// <summary>Stops, removes and assigns jobs that are there.</summary>
    public JobChanges Changes { get; }

    internal TimeProvider Time => _time;

    /// <summary>Uploads a job's folder as the archive that its job gets as an input file.</summary>
    /// <exception cref="RescaleException">SourceChanged, SourceUnreadable, and what engine and platform report.</exception>
    public Task<UploadedFile> UploadFolderAsync(TransferEngine engine, FolderArchive archive, CancellationToken cancellationToken)
        => UploadFolderAsync(engine, archive, new UploadOptions(), cancellationToken);

    /// <inheritdoc cref="UploadFolderAsync(TransferEngine, FolderArchive, CancellationToken)"/>
    public Task<UploadedFile> UploadFolderAsync(TransferEngine engine, FolderArchive archive, UploadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return _library.UploadAsync(engine, archive.Bytes, archive.Name, folderId: null, options, cancellationToken);
    }

    /// <summary>Uploads of what several jobs have in common, once.</summary>
    /// <param name="optionsOf">How the file or folder of this path is uploaded. Called from any thread.</param>
    internal SharedUploads ShareUploads(TransferEngine engine, Func<string, UploadOptions> optionsOf) => new(this, _library, engine, optionsOf);

    /// <summary>Creates the job (not started) and posts its tags and project.</summary>
    /// <param name="inputs">The job's own files; those of <see cref="JobSpec.ExtraInputFileIds"/> are added.</param>
    /// <exception cref="RescaleException">JobSpecInvalid; JobSubmissionUncertain as in <see cref="CreateOnlyAsync(JobSpec, IReadOnlyList{JobInputFile}, CancellationToken)"/>;
    /// or the failure of a tag or the project, whose message tells the id of the job that was created.</exception>
    public async Task<PlatformJob> CreateAsync(JobSpec spec, IReadOnlyList<JobInputFile> inputs, CancellationToken cancellationToken)
    {
        var job = await CreateOnlyAsync(spec, inputs, cancellationToken).ConfigureAwait(false);
        var warnings = await LabelAsync(job.Id, spec, cancellationToken).ConfigureAwait(false);
        return warnings.Count == 0 ? job : throw warnings[0];
    }

    /// <summary>Compares software, version and core type with the catalogue, which is read once in five minutes.</summary>
    /// <exception cref="RescaleException">What the platform reports.</exception>
    public Task<JobSpecAdvice> AdviseAsync(JobSpec spec, CancellationToken cancellationToken) => _catalogue.AdviseAsync(spec, cancellationToken);

    /// <summary>Creates the job and nothing else. When the answer is lost, the job is looked for, and created again only if it is surely not there.</summary>
    /// <exception cref="RescaleException">JobSpecInvalid; JobSubmissionUncertain when the answer was lost and the platform could not be asked,
    /// or had neither answer nor job a second time.</exception>
    public Task<PlatformJob> CreateOnlyAsync(JobSpec spec, IReadOnlyList<JobInputFile> inputs, CancellationToken cancellationToken)
        => CreateOnlyAsync(spec, inputs, JobMark.New(_time), askFirst: false, cancellationToken);

    /// <param name="askFirst">The job may have been created already with this mark; then it is that one.</param>
    internal async Task<PlatformJob> CreateOnlyAsync(JobSpec spec, IReadOnlyList<JobInputFile> inputs, JobMark mark, bool askFirst, CancellationToken cancellationToken)
    {
        if (askFirst && await _creation.FindAsync(JobText.SanitizeField(spec.JobName), mark, cancellationToken).ConfigureAwait(false) is { } earlier)
            return earlier;
        JobSpecCheck.Require(spec);
        var version = await _catalogue.ResolveVersionAsync(spec.AnalysisCode, spec.AnalysisVersion, cancellationToken).ConfigureAwait(false);
        return await _creation.CreateAsync(JobRequestBuilder.Build(spec, version, inputs), mark, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Posts the tags one by one (the platform ignores those in the body of creation), then assigns the project.</summary>
    /// <returns>What failed; the job is none the worse for it.</returns>
    public async Task<IReadOnlyList<RescaleException>> LabelAsync(string jobId, JobSpec spec, CancellationToken cancellationToken)
    {
        var warnings = new List<RescaleException>();
        foreach (var tag in spec.Tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal))
            await TryAsync($"its tag '{tag}' could not be set", () => _client.Jobs.AddTagAsync(jobId, tag, cancellationToken)).ConfigureAwait(false);
        if (!string.IsNullOrWhiteSpace(spec.ProjectId))
            await TryAsync($"it could not be assigned to the project '{spec.ProjectId}'",
                () => _projects.AssignNewAsync(jobId, spec.ProjectId, spec.OrgCode, cancellationToken)).ConfigureAwait(false);
        return warnings;

        async Task TryAsync(string what, Func<Task> action)
        {
            try
            {
                await action().ConfigureAwait(false);
            }
            catch (RescaleException exception)
            {
                warnings.Add(new RescaleException(exception.ErrorId, exception.Kind,
                    $"The job '{spec.JobName}' ({jobId}) was created, but {what}: {exception.Message}", exception.RecommendedAction, exception));
            }
        }
    }

    /// <summary>Starts the job. When the answer is lost, the platform is asked whether the job was taken before it is sent again.</summary>
    /// <exception cref="RescaleException">JobNotFound; JobSubmissionUncertain when the platform could not be asked either.</exception>
    public Task SubmitAsync(string jobId, CancellationToken cancellationToken) => _start.SubmitAsync(jobId, askFirst: false, cancellationToken);

    /// <param name="askFirst">The job may have been submitted already; that is no error.</param>
    internal Task SubmitAsync(string jobId, bool askFirst, CancellationToken cancellationToken) => _start.SubmitAsync(jobId, askFirst, cancellationToken);

    /// <summary>Yields each job as it ends. Jobs that cannot be followed yield an ending with <see cref="JobEnding.Error"/>:
    /// JobNotFound when deleted meanwhile, JobWaitTimeout, or the platform's failure. A network that is away is waited for.</summary>
    /// <param name="timeout">Null waits without limit; when it runs out the open jobs yield JobWaitTimeout.</param>
    public IAsyncEnumerable<JobEnding> WaitAsync(
        IReadOnlyCollection<string> jobIds, TimeSpan pollInterval, TimeSpan? timeout, IProgress<JobFollowState>? progress, CancellationToken cancellationToken)
    {
        var jobs = Channel.CreateUnbounded<string>();
        foreach (var id in jobIds.Distinct(StringComparer.Ordinal))
            jobs.Writer.TryWrite(id);
        jobs.Writer.Complete();
        return WaitAsync(jobs.Reader, pollInterval, timeout, progress, cancellationToken);
    }

    /// <summary>The same for jobs that become known one by one; ends when <paramref name="jobIds"/> is complete and each of them has ended.</summary>
    /// <param name="timeout">Counts for each job from the moment when it became known.</param>
    public async IAsyncEnumerable<JobEnding> WaitAsync(
        ChannelReader<string> jobIds, TimeSpan pollInterval, TimeSpan? timeout, IProgress<JobFollowState>? progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var endings = Channel.CreateUnbounded<JobEnding>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watcher = new JobWatcher(_client.Jobs, _time, pollInterval, timeout, progress);
        var watching = watcher.RunAsync(jobIds, endings.Writer, stop.Token);
        try
        {
            await foreach (var ending in endings.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return ending;
        }
        finally
        {
            // Also when the caller has seen enough: nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The runs that have started and not ended (J9). A listing that fails counts as none, as in the Go tool: the outputs are then what there is to see.</summary>
    /// <param name="notice">Told why the runs could not be listed.</param>
    public async Task<IReadOnlyList<string>> FindActiveRunsAsync(string jobId, Action<string> notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var active = new List<string>();
        try
        {
            await foreach (var run in _client.Jobs.ListRunsAsync(jobId, cancellationToken).ConfigureAwait(false))
            {
                if (run.IsActive)
                    active.Add(run.Id);
            }
        }
        catch (RescaleException exception)
        {
            notice($"The runs of the job {jobId} could not be listed: {exception.Message}");
        }

        return active;
    }

    /// <summary>Downloads all outputs of a job beneath <paramref name="destination"/>; yields each file as it is done, failed ones with an error.
    /// One listing, and no call for a single file.</summary>
    /// <exception cref="RescaleException">JobNotFound, or the failure of the listing.</exception>
    public IAsyncEnumerable<JobOutputResult> DownloadOutputsAsync(
        TransferEngine engine, string jobId, string destination, bool overwrite, CancellationToken cancellationToken)
        => DownloadOutputsAsync(engine, jobId, destination, _ => new DownloadOptions { Overwrite = overwrite }, cancellationToken);

    /// <inheritdoc cref="DownloadOutputsAsync(TransferEngine, string, string, bool, CancellationToken)"/>
    /// <param name="optionsOf">How the file that becomes this local path is downloaded. Called from any thread.</param>
    public IAsyncEnumerable<JobOutputResult> DownloadOutputsAsync(
        TransferEngine engine, string jobId, string destination, Func<string, DownloadOptions> optionsOf, CancellationToken cancellationToken)
        => DownloadOutputsAsync(engine, jobId, destination, optionsOf, keepEqual: false, cancellationToken);

    /// <param name="keepEqual">What lies there already with the right SHA-512 counts as downloaded: an interrupted collection goes on.</param>
    internal IAsyncEnumerable<JobOutputResult> DownloadOutputsAsync(
        TransferEngine engine, string jobId, string destination, Func<string, DownloadOptions> optionsOf, bool keepEqual, CancellationToken cancellationToken)
        => JobOutputs.DownloadAsync(_client.Jobs, _library, engine, jobId, destination, optionsOf, keepEqual, cancellationToken);

    /// <summary>Follows jobs that become known one by one.</summary>
    internal Task WatchAsync(ChannelReader<string> jobIds, ChannelWriter<JobEnding> endings, TimeSpan pollInterval, CancellationToken cancellationToken)
        => new JobWatcher(_client.Jobs, _time, pollInterval, timeout: null, progress: null).RunAsync(jobIds, endings, cancellationToken);

    public void Dispose() => _catalogue.Dispose();
}
