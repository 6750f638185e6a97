using System.Collections.Concurrent;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Creates a job, and never a second one: after a failure that leaves open whether the job was made, it is looked for by
/// its mark before the creation is sent again. Thread-safe.</summary>
internal sealed class JobCreation(RescaleClient client)
{
    /// <summary>Entries per page, of which the first mostly does.</summary>
    private const int PageSize = 100;

    /// <summary>So many jobs that seem older than the one that is looked for are looked at, too: a clock may be wrong.</summary>
    private const int OlderJobs = 25;

    /// <summary>By how much the clocks of this machine and of the platform may differ.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    /// <summary>By how much a clock is wrong that was set for another time zone.</summary>
    private static readonly TimeSpan WrongTimeZone = TimeSpan.FromDays(1);

    /// <summary>Marks of jobs that were read one by one, or made here. They never change: fifty jobs of one name are read once.</summary>
    private readonly ConcurrentDictionary<string, string> _marks = new(StringComparer.Ordinal);

    /// <summary>Sends the creation, and once more when its answer was lost and the job is surely not there.</summary>
    /// <exception cref="RescaleException">JobSubmissionUncertain, whose message tells the mark, when the platform cannot be asked, or
    /// neither answers nor has the job; the platform's own failure when that was answered and there is no job.</exception>
    public async Task<PlatformJob> CreateAsync(JobRequest request, JobMark mark, CancellationToken cancellationToken)
    {
        request = mark.AddTo(request);
        for (var isLast = false; ; isLast = true)
        {
            RescaleException failure;
            try
            {
                var created = await client.Jobs.CreateAsync(request, cancellationToken).ConfigureAwait(false);
                _marks[created.Id] = mark.Value;
                return created;
            }
            catch (RescaleException e) when (IsOpen(e))
            {
                failure = e;
            }

            var lost = client.Time.GetTimestamp();
            if (await FindAgainAsync(request.Name, mark, failure, cancellationToken).ConfigureAwait(false) is { } made)
                return made;
            if (isLast || LostAnswer.WasDone(failure) || !await LostAnswer.WaitAsWishedAsync(client, failure, lost, cancellationToken).ConfigureAwait(false))
                throw failure.ErrorId != ErrorIds.JobSubmissionUncertain ? failure
                    : LostAnswer.Undecided(failure, UncertainOutcome.Job, $"The job was looked for and not found. {Tell(mark)}");
        }
    }

    /// <summary>The job that an earlier run may have created with this mark; null when it surely did not.</summary>
    /// <exception cref="RescaleException">JobSubmissionUncertain when the platform cannot be asked.</exception>
    public Task<PlatformJob?> FindAsync(string name, JobMark mark, CancellationToken cancellationToken) => FindAgainAsync(
        name, mark, new RescaleException(ErrorIds.JobSubmissionUncertain, ErrorKind.State, $"An earlier run was ended while it created the job '{name}'.", UncertainOutcome.Job.Action), cancellationToken);

    /// <summary>Whether a job may have been made in spite of this failure of its creation.</summary>
    public static bool IsOpen(RescaleException failure) => LostAnswer.IsOpen(failure, UncertainOutcome.Job);

    private async Task<PlatformJob?> FindAgainAsync(string name, JobMark mark, RescaleException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await LostAnswer.FindAsync(
                client, failure, UncertainOutcome.Job, $"the job '{name}'", token => LookAsync(name, mark, token), cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e)
        {
            throw LostAnswer.Undecided(e, UncertainOutcome.Job, Tell(mark));
        }
    }

    private static string Tell(JobMark mark) => $"Its environment would have {mark}.";

    /// <summary>Newest first, as far back as the job can be.</summary>
    private async Task<PlatformJob?> LookAsync(string name, JobMark mark, CancellationToken cancellationToken)
    {
        var older = 0;
        await foreach (var job in client.Jobs.ListAsync(PageSize, cancellationToken).ConfigureAwait(false))
        {
            var isNamed = job.Name is null || job.Name.Trim().Equals(name.Trim(), StringComparison.OrdinalIgnoreCase);
            if (isNamed && !(job.DateInserted < mark.Since - WrongTimeZone) && await ReadMarkAsync(job, mark, cancellationToken).ConfigureAwait(false) == mark.Value)
                return job;
            if (job.DateInserted < mark.Since - ClockDifference && ++older >= OlderJobs)
                break;
        }

        return null;
    }

    /// <returns>Empty for a job without a mark, and for one that is gone.</returns>
    private async Task<string> ReadMarkAsync(PlatformJob job, JobMark wanted, CancellationToken cancellationToken)
    {
        if (job.Mark is { } listed)
            return listed;
        if (_marks.TryGetValue(job.Id, out var known))
            return known;
        try
        {
            var mark = (await client.Jobs.GetAsync(job.Id, cancellationToken).ConfigureAwait(false)).Mark;
            if (mark is null && !(job.DateInserted < wanted.Since - ClockDifference))
                throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not show the environment of the job '{job.Name}' ({job.Id}).", UncertainOutcome.Job.Action);
            return _marks[job.Id] = mark ?? "";
        }
        catch (RescaleException e) when (e.ErrorId == ErrorIds.JobNotFound)
        {
            return "";
        }
    }
}
