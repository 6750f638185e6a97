using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Listing;

/// <param name="Tags">Null unless the filter asked for them.</param>
/// <param name="Error">Why the tags of the job are not known, so that nobody can tell whether it is wanted.</param>
public sealed record JobFinding(PlatformJob Job, IReadOnlyList<string>? Tags, RescaleException? Error);

/// <summary>Lists the jobs of the user, newest first and streamed, and reads no further than is needed. Thread-safe.</summary>
public sealed class JobListing
{
    /// <summary>So many jobs are asked for their tags at once. The platform's rate limit, not this, is what a long list waits for.</summary>
    private const int AsksAtOnce = 8;

    /// <summary>Jobs on a page when only new ones are wanted: they are mostly few, and a page of old ones ends the list.</summary>
    private const int PageOfNew = 200;

    private readonly JobsClient _jobs;

    internal JobListing(JobsClient jobs) => _jobs = jobs;

    /// <param name="most">As many are going to be read; null when nobody knows.</param>
    /// <exception cref="RescaleException">The failure of the listing, or one that every further call would meet, too.</exception>
    public async IAsyncEnumerable<JobFinding> FindAsync(JobFilter filter, int? most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        int? pageSize = filter.LetsAllThrough ? most : filter.NewerThan is null ? null : PageOfNew;
        await foreach (var page in _jobs.ListPagesAsync(pageSize, cancellationToken).ConfigureAwait(false))
        {
            var candidates = page.Where(filter.Matches);
            if (filter.Tags is { } isWanted)
            {
                // All of a page before the next is asked for: whoever has enough then has cost no further page.
                await foreach (var finding in WithTagsAsync(candidates, isWanted, cancellationToken).ConfigureAwait(false))
                    yield return finding;
            }
            else
            {
                foreach (var job in candidates)
                    yield return new JobFinding(job, null, null);
            }

            if (page.Count > 0 && page.All(filter.IsTooOld))
                yield break;
        }
    }

    /// <summary>One job with its status. The platform tells it without one (interop API 6.2, J2); the newest entry of its history is the status.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public async Task<PlatformJob> GetAsync(string jobId, CancellationToken cancellationToken)
    {
        var job = await _jobs.GetAsync(jobId, cancellationToken).ConfigureAwait(false);
        var history = await _jobs.GetStatusesAsync(jobId, cancellationToken).ConfigureAwait(false);
        return history.Count == 0 ? job : job with { JobStatus = new JobStatus(history[0].Status, history[0].StatusReason) };
    }

    /// <summary>In the order of the jobs, each as soon as those before it are known.</summary>
    private async IAsyncEnumerable<JobFinding> WithTagsAsync(
        IEnumerable<PlatformJob> jobs, Func<IReadOnlyList<string>, bool> isWanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = new Queue<Task<JobFinding?>>();
        try
        {
            foreach (var job in jobs)
            {
                if (asked.Count == AsksAtOnce && await asked.Dequeue().ConfigureAwait(false) is { } found)
                    yield return found;
                asked.Enqueue(AskAsync(job, isWanted, stop.Token));
            }

            while (asked.TryDequeue(out var next))
            {
                if (await next.ConfigureAwait(false) is { } found)
                    yield return found;
            }
        }
        finally
        {
            // Also when the caller has seen enough: nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll((IEnumerable<Task>)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Null for a job that is not wanted, or not there any more.</returns>
    private async Task<JobFinding?> AskAsync(PlatformJob job, Func<IReadOnlyList<string>, bool> isWanted, CancellationToken cancellationToken)
    {
        try
        {
            string[] tags = [.. (await _jobs.GetTagsAsync(job.Id, cancellationToken).ConfigureAwait(false)).Select(static tag => tag.Name)];
            return isWanted(tags) ? new JobFinding(job, tags, null) : null;
        }
        catch (RescaleException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
        catch (RescaleException e) when (!WholeFailure.EndsAll(e))
        {
            return new JobFinding(job, null, e);
        }
    }
}
