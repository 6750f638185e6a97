using RescaleInterlink.Pipelines.Measuring;

namespace RescaleInterlink.Pipelines;

/// <summary>The numbers of a run in its log; what is zero is left out.</summary>
internal sealed record PipelineLogSummary
{
    /// <summary>What has bound the run.</summary>
    public required string LimitedBy { get; init; }

    /// <summary>Seconds of the run that belong to each limit; together they are the run.</summary>
    public required IReadOnlyDictionary<string, double> Time { get; init; }

    public int EndedBefore { get; init; }
    public int Archives { get; init; }
    public long BytesArchived { get; init; }
    public long BytesShared { get; init; }
    public long BytesUploaded { get; init; }
    public long BytesDownloaded { get; init; }

    /// <summary>By scope of the rate limits.</summary>
    public required IReadOnlyDictionary<string, long> ApiCalls { get; init; }

    /// <summary>Seconds that they waited for the rate limit, by scope.</summary>
    public required IReadOnlyDictionary<string, double> ApiWaits { get; init; }

    /// <summary>Seconds that calls and transfers waited, by limit and summed over all that waited at the same time.</summary>
    public required IReadOnlyDictionary<string, double> Waited { get; init; }

    public static PipelineLogSummary Of(PipelineSummary summary) => new()
    {
        LimitedBy = summary.LimitedBy.ToString(),
        Time = summary.Times.Where(static time => time.Share > 0).ToDictionary(static time => time.Limit.ToString(), static time => PipelineLog.Seconds(time.Time)),
        EndedBefore = summary.EndedBefore,
        Archives = summary.Archives,
        BytesArchived = summary.BytesArchived,
        BytesShared = summary.BytesShared,
        BytesUploaded = summary.BytesUploaded,
        BytesDownloaded = summary.BytesDownloaded,
        ApiCalls = summary.ApiCalls.ToDictionary(static calls => calls.Name, static calls => calls.Calls),
        ApiWaits = summary.ApiCalls.ToDictionary(static calls => calls.Name, static calls => PipelineLog.Seconds(calls.Waited)),
        Waited = summary.Times.Where(static time => time.Waited > TimeSpan.Zero).ToDictionary(static time => time.Limit.ToString(), static time => PipelineLog.Seconds(time.Waited)),
    };
}
