using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Pipelines.Measuring;

/// <summary>A run in numbers, when it is over or was stopped. Bytes are plaintext bytes.</summary>
public sealed record PipelineSummary
{
    /// <summary>Rows of this run; those that -Retry leaves out are none.</summary>
    public required int Jobs { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }

    /// <summary>Rows that had not ended when the run was stopped.</summary>
    public int NotEnded => Jobs - Succeeded - Failed;

    /// <summary>Of those that succeeded or failed: rows that an earlier run had ended, and this one has only reported again.</summary>
    public required int EndedBefore { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Rows that this run has ended; 0 for a run of no duration.</summary>
    public double JobsPerSecond => PerSecond(Succeeded + Failed - EndedBefore);

    /// <summary>That were uploaded, each once, however many rows share it.</summary>
    public required int Archives { get; init; }

    /// <summary>Of these archives, before any compression.</summary>
    public required long BytesArchived { get; init; }

    /// <summary>Bytes of archives that need not be uploaded, as rows of the same directory share one.</summary>
    public required long BytesShared { get; init; }

    /// <summary>That have travelled, those that travelled twice counted twice: archives as they were sent, and extra inputs.</summary>
    public required long BytesUploaded { get; init; }

    /// <summary>The same of outputs.</summary>
    public required long BytesDownloaded { get; init; }

    /// <summary>Both directions over the duration of the run.</summary>
    public double BytesPerSecond => PerSecond(BytesUploaded + BytesDownloaded);

    /// <summary>By scope of the rate limits; every scope has an entry.</summary>
    public required IReadOnlyList<ApiUsage> ApiCalls { get; init; }

    /// <summary>Most bytes of buffers at once.</summary>
    public required long PeakMemory { get; init; }

    /// <summary>Most storage requests at once.</summary>
    public required int MostConnections { get; init; }

    /// <summary>What the time of the run belongs to, longest first: <see cref="LimitShares"/>.</summary>
    public required IReadOnlyList<LimitTime> Times { get; init; }

    /// <summary>What has bound the run: the first of <see cref="Times"/>.</summary>
    public PipelineLimit LimitedBy => LimitShares.Judge(Times);

    private double PerSecond(long count) => Duration > TimeSpan.Zero ? count / Duration.TotalSeconds : 0;
}
