using System.Runtime.CompilerServices;
using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>Jobs (interop API 6). Mind the two versions of the API: submit and output files are v2, the rest v3.</summary>
public sealed partial class JobsClient
{
    /// <summary>The most that is asked for at once; a server that keeps to its own size is none the worse for it.</summary>
    private const int LargestPage = 1000;

    /// <summary>The least, for whoever wants a few.</summary>
    private const int SmallestPage = 100;

    private readonly ApiChannel _channel;

    internal JobsClient(ApiChannel channel) => _channel = channel;

    /// <summary>Creates a job; it does not start. Never repeated after the request may have reached the server.</summary>
    /// <exception cref="RescaleException">JobSubmissionUncertain when the answer was lost.</exception>
    public async Task<PlatformJob> CreateAsync(JobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ApiCall(HttpMethod.Post, "/api/v3/jobs/", _channel.Policy.JobCreation, $"the job '{request.Name}'")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(request, PlatformJson.Default.JobRequest),
        };
        try
        {
            return await GetJobAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e) when (e is { ErrorId: ErrorIds.PlatformProtocol, StatusCode: null })
        {
            // A good status with an answer that cannot be read: the job exists, and its id is lost.
            throw ApiErrors.Uncertain(e, UncertainOutcome.Job);
        }
    }

    /// <summary>Starts a job. Never repeated after the request may have reached the server.</summary>
    /// <exception cref="RescaleException">JobSubmissionUncertain when the answer was lost; JobNotFound.</exception>
    public Task SubmitAsync(string jobId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(Call(HttpMethod.Post, jobId, "submit/", _channel.Policy.JobCreation, "v2"), cancellationToken);

    /// <summary>Name, owner and date; the platform gives no status here.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public Task<PlatformJob> GetAsync(string jobId, CancellationToken cancellationToken)
        => GetJobAsync(Call(HttpMethod.Get, jobId, "", _channel.Policy.Ordinary), cancellationToken);

    /// <summary>All jobs.</summary>
    /// <inheritdoc cref="ListAsync(int?, CancellationToken)"/>
    public IAsyncEnumerable<PlatformJob> ListAsync(CancellationToken cancellationToken) => ListAsync(null, cancellationToken);

    /// <summary>Newest first (<c>ordering=-dateInserted</c>), streamed page by page.</summary>
    /// <param name="most">As many jobs are going to be read; null: nobody knows, probably all.</param>
    public async IAsyncEnumerable<PlatformJob> ListAsync(int? most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ListPagesAsync(most, cancellationToken).ConfigureAwait(false))
        {
            foreach (var job in page)
                yield return job;
        }
    }

    /// <summary>The same by pages (J4): a listing that looks for new jobs ends with a page of old ones. A page may be empty and yet have others behind it.</summary>
    /// <inheritdoc cref="ListAsync(int?, CancellationToken)"/>
    public async IAsyncEnumerable<IReadOnlyList<PlatformJob>> ListPagesAsync(int? most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/jobs/?ordering=-dateInserted", _channel.Policy.Listing, "the list of jobs");
        var pageSize = Math.Clamp(most ?? LargestPage, SmallestPage, LargestPage);
        await foreach (var page in _channel.ListPagesAsync(call, pageSize, PlatformJson.Default.PageDtoJobDto, cancellationToken).ConfigureAwait(false))
            yield return [.. page.Select(static entry => entry.ToRecord()).OfType<PlatformJob>()];
    }

    /// <summary>Newest first.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public async Task<IReadOnlyList<JobStatusEntry>> GetStatusesAsync(string jobId, CancellationToken cancellationToken)
    {
        var statuses = new List<JobStatusEntry>();
        var call = Call(HttpMethod.Get, jobId, "statuses/", _channel.Policy.Ordinary);
        await foreach (var entry in _channel.ListAsync(call, LargestPage, PlatformJson.Default.PageDtoJobStatusEntryDto, cancellationToken).ConfigureAwait(false))
        {
            if (!string.IsNullOrEmpty(entry.Status))
                statuses.Add(new JobStatusEntry(entry.Status, entry.StatusDate, entry.StatusReason));
        }

        return statuses;
    }

    /// <summary>Output files (v2), streamed page by page.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public async IAsyncEnumerable<PlatformFile> ListFilesAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = Call(HttpMethod.Get, jobId, "files/", _channel.Policy.Listing, "v2");
        await foreach (var entry in _channel.ListAsync(call, LargestPage, PlatformJson.Default.PageDtoFileDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } file)
                yield return file;
        }
    }

    public Task StopAsync(string jobId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(Call(HttpMethod.Post, jobId, "stop/", _channel.Policy.JobChange), cancellationToken);

    public Task DeleteAsync(string jobId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(Call(HttpMethod.Delete, jobId, "", _channel.Policy.Ordinary), cancellationToken);

    public Task AssignProjectAsync(string organizationCode, string jobId, string projectId, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(
            new ApiCall(
                HttpMethod.Post,
                $"/api/v2/organizations/{Uri.EscapeDataString(organizationCode)}/jobs/{Uri.EscapeDataString(jobId)}/project-assignment/",
                _channel.Policy.Ordinary,
                $"the project '{projectId}' of organization '{organizationCode}'")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new ProjectDto { ProjectId = projectId }, PlatformJson.Default.ProjectDto),
            },
            cancellationToken);

    private static ApiCall Call(HttpMethod method, string jobId, string tail, CallPolicy policy, string version = "v3")
        => new(method, $"/api/{version}/jobs/{Uri.EscapeDataString(jobId)}/{tail}", policy, $"the job '{jobId}'") { NotFoundId = ErrorIds.JobNotFound };

    private async Task<PlatformJob> GetJobAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var job = await _channel.GetAsync(call, PlatformJson.Default.JobDto, cancellationToken).ConfigureAwait(false);
        return job.ToRecord() ?? throw ApiErrors.Protocol(call, "it has no 'id'");
    }
}
