using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs;

/// <summary>Jobs on the platform: create and submit, follow, collect.</summary>
public sealed class JobService
{
    internal JobService(RescaleClient client, FileLibrary library, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Creates the job (not started) and posts its tags and project.</summary>
    /// <exception cref="Errors.RescaleException">JobSpecInvalid.</exception>
    public Task<PlatformJob> CreateAsync(JobSpec spec, IReadOnlyList<JobInputFile> inputs, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task SubmitAsync(string jobId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Yields each job as it ends. Jobs that cannot be followed yield an ending with <see cref="JobEnding.Error"/>.</summary>
    /// <param name="timeout">Null waits without limit; when it runs out the open jobs yield JobWaitTimeout.</param>
    public IAsyncEnumerable<JobEnding> WaitAsync(IReadOnlyCollection<string> jobIds, TimeSpan pollInterval, TimeSpan? timeout, IProgress<JobFollowState>? progress, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Downloads all outputs of a job beneath <paramref name="destination"/>; yields each file as it is done, failed ones with an error.</summary>
    public IAsyncEnumerable<JobOutputResult> DownloadOutputsAsync(TransferEngine engine, string jobId, string destination, bool overwrite, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <param name="Reason">The server's status reason.</param>
/// <param name="Succeeded">Completed, and a reason that is empty or starts with <c>Completed successfully</c>.</param>
public sealed record JobEnding(string JobId, string Status, string? Reason, bool Succeeded, Errors.RescaleException? Error);
public sealed record JobFollowState(int Total, int Ended, IReadOnlyDictionary<string, string> StatusByJob);
public sealed record JobOutputResult(PlatformFile File, string? Path, DownloadResult? Download, Errors.RescaleException? Error);
