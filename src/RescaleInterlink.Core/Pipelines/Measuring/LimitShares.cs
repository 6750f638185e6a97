namespace RescaleInterlink.Pipelines.Measuring;

/// <summary>
/// What bound a run, and how that is found. Each moment of a run belongs to what its archives, transfers and calls are held to at that moment, in equal
/// parts: where four calls wait for the rate limit while one upload moves, four fifths of the moment are the rate limit's. So a wait beside which
/// much else goes on weighs little, and the moments add up to the duration of the run. Rows that wait for their jobs weigh nothing as long as anything else goes on: only when
/// nothing does are the jobs what the run waits for. What most of the time belongs to has bound the run.
/// </summary>
/// <remarks>
/// A worker that stands before the full queue of the next stage is held to nothing: the stage behind it is what counts. Within a transfer, the stage
/// counts that the others have to follow (<see cref="Transfers.Progress.ActivityTracker"/>). Looks at jobs that run weigh nothing.
/// </remarks>
internal static class LimitShares
{
    public static int Limits { get; } = Enum.GetValues<PipelineLimit>().Length;

    /// <summary>Adds the parts of one moment; they are 1 together.</summary>
    /// <param name="held">How many archives, transfers and calls are held to each limit; calls that are under way as <see cref="PipelineLimit.PlatformAnswers"/>.</param>
    /// <param name="rowsQueue">Some row waits for a worker.</param>
    /// <param name="rowsMove">Some worker has a row.</param>
    /// <param name="jobsRun">Some row waits for its job.</param>
    public static void Divide(ReadOnlySpan<int> held, bool rowsQueue, bool rowsMove, bool jobsRun, double moment, Span<double> parts)
    {
        var all = 0;
        foreach (var count in held[1..])
            all += count;
        if (all == 0)
        {
            parts[(int)(jobsRun && !rowsMove ? PipelineLimit.PlatformJobs : PipelineLimit.None)] += moment;
            return;
        }

        for (var limit = 1; limit < held.Length; limit++)
            parts[rowsQueue && limit == (int)PipelineLimit.PlatformAnswers ? (int)PipelineLimit.Workers : limit] += moment * held[limit] / all;
    }

    /// <param name="seconds">What of the run belongs to each limit.</param>
    /// <param name="waited">What was waited for each limit, summed.</param>
    /// <returns>Those that took any time, longest first, <see cref="PipelineLimit.None"/> among them; equals in the order of the limits.</returns>
    public static IReadOnlyList<LimitTime> Rank(IReadOnlyList<double> seconds, IReadOnlyList<TimeSpan> waited)
    {
        var sum = seconds.Sum();
        return
        [
            .. Enum.GetValues<PipelineLimit>()
                .Select(limit => new LimitTime(limit, TimeSpan.FromSeconds(seconds[(int)limit]), sum > 0 ? seconds[(int)limit] / sum : 0, waited[(int)limit]))
                .Where(static time => time.Share > 0 || time.Waited > TimeSpan.Zero)
                .OrderByDescending(static time => time.Share),
        ];
    }

    /// <returns>The first of the ranked; None when nothing took any time.</returns>
    public static PipelineLimit Judge(IReadOnlyList<LimitTime> ranked) => ranked is [{ Share: > 0 } first, ..] ? first.Limit : PipelineLimit.None;
}
