using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>
/// Follows any number of jobs with one loop, jobs that are added later included. Few jobs are asked one by one, many through
/// the list of jobs, so that the calls of a round stay few. One run per instance.
/// </summary>
internal sealed class JobWatcher(JobsClient client, TimeProvider time, TimeSpan pollInterval, TimeSpan? timeout, IProgress<JobFollowState>? progress)
{
    /// <summary>From this many open jobs on, the list (25 jobs for one call) is cheaper than asking for each.</summary>
    private const int ListFrom = 9;
    private const int JobsPerPage = 25;
    private const int CallsAtOnce = 4;

    private readonly Dictionary<string, OpenJob> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _lastStatus = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobStatusEntry> _newest = new(StringComparer.Ordinal);
    private readonly Channel<string> _forgotten = Channel.CreateUnbounded<string>();
    private int _ended;
    private long? _networkLostAt;

    /// <summary>How long a network may be away when no timeout says otherwise.</summary>
    public TimeSpan LongestAbsence { get; init; } = Patience.LongestAbsence;

    /// <summary>Told of each newest status entry that is another than before. From any thread, one call at a time.</summary>
    public Action<string, JobStatusEntry>? OnStatus { get; init; }

    /// <summary>Told when the network is lost, once until it is back.</summary>
    public Action<RescaleException>? OnLost { get; init; }

    /// <summary>Lets go of a job without any ending; nobody waits for a round of no job. From any thread.</summary>
    public void Forget(string jobId) => _forgotten.Writer.TryWrite(jobId);

    /// <summary>Runs until <paramref name="jobIds"/> is complete and every job has ended; completes <paramref name="endings"/>.</summary>
    public async Task RunAsync(ChannelReader<string> jobIds, ChannelWriter<JobEnding> endings, CancellationToken cancellationToken)
    {
        try
        {
            while (await TakeNewJobsAsync(jobIds, cancellationToken).ConfigureAwait(false))
            {
                await PollAsync(endings, cancellationToken).ConfigureAwait(false);
                progress?.Report(new JobFollowState(_lastStatus.Count, _ended, new Dictionary<string, string>(_lastStatus, StringComparer.Ordinal))
                {
                    NewestByJob = new Dictionary<string, JobStatusEntry>(_newest, StringComparer.Ordinal),
                });
                if (_open.Count > 0)
                    await WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            endings.Complete();
        }
        catch (Exception exception)
        {
            endings.Complete(exception);
            throw;
        }
    }

    private async Task<bool> TakeNewJobsAsync(ChannelReader<string> jobIds, CancellationToken cancellationToken)
    {
        do
        {
            TakeForgotten();
            while (jobIds.TryRead(out var id))
                if (_lastStatus.TryAdd(id, ""))
                    _open.Add(id, new OpenJob(time.GetTimestamp()));
        }
        while (_open.Count == 0 && await jobIds.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
        return _open.Count > 0;
    }

    private void TakeForgotten()
    {
        while (_forgotten.Reader.TryRead(out var forgotten))
            _open.Remove(forgotten);
    }

    /// <summary>Until the next round, or until no job is left to be asked for.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = Task.Delay(NextWait(), time, over.Token);
        while (_open.Count > 0 && await Task.WhenAny(next, _forgotten.Reader.WaitToReadAsync(over.Token).AsTask()).ConfigureAwait(false) != next)
            TakeForgotten();
        if (_open.Count > 0)
            await next.ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private TimeSpan NextWait()
    {
        if (timeout is null)
            return pollInterval;
        var left = _open.Values.Min(TimeLeft);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < pollInterval ? left : pollInterval;
    }

    private TimeSpan TimeLeft(OpenJob job) => timeout!.Value - time.GetElapsedTime(job.Since);

    private async Task PollAsync(ChannelWriter<JobEnding> endings, CancellationToken cancellationToken)
    {
        var left = timeout is null ? Timeout.InfiniteTimeSpan : NextDeadline();
        using var deadline = new CancellationTokenSource(left, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await AskAsync(endings, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The time of a job ran out in the middle of a call; the next lines say so for that job.
        }

        if (timeout is { } limit)
            foreach (var (id, job) in _open.Where(job => TimeLeft(job.Value) <= TimeSpan.Zero).ToList())
                End(endings, id, new RescaleException(ErrorIds.JobWaitTimeout, ErrorKind.TimedOut,
                    $"The job '{id}' has not ended within {limit}; its status is '{_lastStatus[id]}'.{After(job.LastFailure)}",
                    "The job goes on; wait for it again, or stop it."));
        GiveUpLostNetwork(endings);
    }

    private TimeSpan NextDeadline()
    {
        var left = _open.Values.Min(TimeLeft);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task AskAsync(ChannelWriter<JobEnding> endings, CancellationToken cancellationToken)
    {
        ICollection<string> ask = [.. _open.Keys];
        if (_open.Count >= ListFrom)
            ask = await ReadListAsync(cancellationToken).ConfigureAwait(false);
        var options = new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(ask, options, async (id, token) =>
        {
            try
            {
                var statuses = await client.GetStatusesAsync(id, token).ConfigureAwait(false);
                lock (_open)
                {
                    _networkLostAt = null;
                    Note(endings, id, statuses.Count > 0 ? statuses[0] : null);
                }
            }
            catch (RescaleException exception)
            {
                lock (_open)
                    NoteFailure(endings, id, exception);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Reads the newest jobs until all open ones are seen, or until asking for each is cheaper.</summary>
    /// <returns>The jobs that have to be asked for: those that have ended (for their reason), and those not seen.</returns>
    private async Task<ICollection<string>> ReadListAsync(CancellationToken cancellationToken)
    {
        var ask = _open.Keys.ToHashSet(StringComparer.Ordinal);
        var mostRead = _open.Count * JobsPerPage;
        var seen = 0;
        try
        {
            var read = 0;
            await foreach (var job in client.ListAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_open.TryGetValue(job.Id, out var open))
                {
                    seen++;
                    if (job.JobStatus?.Content is { Length: > 0 } status && !JobStates.IsTerminal(status))
                    {
                        ask.Remove(job.Id);
                        NoteNewest(job.Id, new JobStatusEntry(status, null, job.JobStatus.StatusReason));
                        open.Failures = 0;
                        open.LastFailure = null;
                    }
                }

                if (seen == _open.Count || ++read >= mostRead)
                    break;
            }

            _networkLostAt = null;
            return ask;
        }
        catch (RescaleException)
        {
            // The list is only the cheaper way: asking for each job meets the same trouble, and reports it for that job.
            return ask;
        }
    }

    private void Note(ChannelWriter<JobEnding> endings, string id, JobStatusEntry? newest)
    {
        var job = _open[id];
        job.Failures = 0;
        job.LastFailure = null;
        if (newest is null)
            return;
        NoteNewest(id, newest);
        if (!JobStates.IsTerminal(newest.Status))
            return;
        Remove(id);
        endings.TryWrite(new JobEnding(id, newest.Status, newest.StatusReason, JobStates.IsSuccess(newest.Status, newest.StatusReason), null) { StatusDate = newest.StatusDate });
    }

    private void NoteNewest(string id, JobStatusEntry newest)
    {
        // The list has no dates: what it says of a status that is known already tells less.
        var isKnown = _newest.TryGetValue(id, out var before) && before.Status == newest.Status && before.StatusReason == newest.StatusReason
            && (newest.StatusDate is null || newest.StatusDate == before.StatusDate);
        _lastStatus[id] = newest.Status;
        if (isKnown)
            return;
        _newest[id] = newest;
        OnStatus?.Invoke(id, newest);
    }

    private void NoteFailure(ChannelWriter<JobEnding> endings, string id, RescaleException failure)
    {
        var job = _open[id];
        job.LastFailure = failure;
        if (Patience.IsOfTheNetwork(failure))
        {
            if (_networkLostAt is null)
                OnLost?.Invoke(failure);
            _networkLostAt ??= time.GetTimestamp();
        }
        else if (failure.Kind == ErrorKind.NotFound && _lastStatus[id].Length > 0)
            End(endings, id, new RescaleException(ErrorIds.JobNotFound, ErrorKind.NotFound,
                $"The job '{id}' is not on the platform any more; its last known status was '{_lastStatus[id]}'.",
                "It was deleted, or it belongs to another workspace.", failure));
        else if (failure.Kind is ErrorKind.NotFound or ErrorKind.Authentication or ErrorKind.Permission || ++job.Failures >= Patience.MostFailures)
            End(endings, id, failure);
    }

    private void GiveUpLostNetwork(ChannelWriter<JobEnding> endings)
    {
        if (_networkLostAt is not { } since || time.GetElapsedTime(since) < (timeout ?? LongestAbsence))
            return;
        foreach (var (id, job) in _open.Where(job => job.Value.LastFailure is not null).ToList())
            End(endings, id, job.LastFailure!);
    }

    private void End(ChannelWriter<JobEnding> endings, string id, RescaleException error)
    {
        Remove(id);
        endings.TryWrite(new JobEnding(id, _lastStatus[id], _newest.GetValueOrDefault(id)?.StatusReason, false, error) { StatusDate = _newest.GetValueOrDefault(id)?.StatusDate });
    }

    private void Remove(string id)
    {
        _open.Remove(id);
        _ended++;
    }

    private static string After(RescaleException? failure) => failure is null ? "" : $" The last answer was an error: {failure.Message}";

    private sealed class OpenJob(long since)
    {
        public long Since { get; } = since;
        public int Failures { get; set; }
        public RescaleException? LastFailure { get; set; }
    }
}
