using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>A row that a run takes up.</summary>
public sealed class OpenRow
{
    internal OpenRow(PipelineJob job, bool collects, PipelineOptions? options)
    {
        Row = job.Row;
        State = job.State;
        IsResumed = job.IsResumed;
        Stage = PipelineResume.FindStage(State, Row.Spec.SubmitMode, collects);
        HeldRunFile = options is not null && PipelineResume.NeedsInputs(State) ? RowValidation.FindRunFile(job, options) : null;
    }

    public JobRow Row { get; }

    /// <summary>Where it begins, or goes on.</summary>
    public PipelineStage Stage { get; }

    internal RowState State { get; }

    /// <summary>Why its folder cannot be archived beside this run, in words; null when it can, or when it is not known where the run writes.</summary>
    internal string? HeldRunFile { get; }

    /// <summary>An earlier run has begun with it.</summary>
    internal bool IsResumed { get; }
}

/// <summary>What a run would take up if it began now.</summary>
public sealed record PipelineOutlook
{
    /// <summary>In the order of the table.</summary>
    public required IReadOnlyList<OpenRow> Open { get; init; }

    /// <summary>Rows of the table that stay as they are: those that are done, and those that this run is not for.</summary>
    public int Unchanged { get; init; }

    /// <summary>What else there is to know about it, in words.</summary>
    public string? Notice { get; init; }

    /// <summary>Extra files of all jobs that an earlier run has sent, by path.</summary>
    internal IReadOnlyDictionary<string, SentExtra> SentExtras { get; init; } = new Dictionary<string, SentExtra>();

    /// <summary>Extra files are sent anew that were changed since.</summary>
    internal bool TakesChangedExtras { get; init; }

    /// <summary>A run of all rows, of which nothing is known.</summary>
    public static PipelineOutlook OfNewRun(IReadOnlyList<JobRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Of(PipelinePlan.MakeJobs(rows, ArchiveOptions.Everything, TimeProvider.System), collects: true);
    }

    /// <summary>A run of these options, by what its state tells. Nothing is written, and no run is held up.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid, SourceNotFound or SourceIsDirectory: the run would be refused for that.</exception>
    public static PipelineOutlook Look(IReadOnlyList<JobRow> rows, PipelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // The time would only be that of lines in the state, and none is written.
        var jobs = PipelinePlan.MakeJobs(rows, options.Archive, TimeProvider.System);
        var (earlier, extras) = PipelineJournal.Look(PipelineResume.TermsOf(jobs, options));
        var notice = PipelineResume.TakeOver(jobs, earlier, options);
        return Of(jobs, collects: options.Destination is not null, options) with
        {
            Notice = notice,
            SentExtras = extras,
            TakesChangedExtras = options.TakesChangedExtras,
        };
    }

    private static PipelineOutlook Of(PipelineJob[] jobs, bool collects, PipelineOptions? options = null)
    {
        var open = jobs.Where(static job => !job.IsLeftOut).Select(job => new OpenRow(job, collects, options)).Where(static row => row.Stage != PipelineStage.Done).ToList();
        return new PipelineOutlook { Open = open, Unchanged = jobs.Length - open.Count };
    }
}
