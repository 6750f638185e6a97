using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>One row on its way through the stages. Only the stage that holds it changes it.</summary>
internal sealed class PipelineJob(JobRow row, RowState state)
{
    public JobRow Row { get; } = row;

    /// <summary>Replaced as a whole, so that the writer of the state file reads it at any time.</summary>
    public RowState State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    public PipelineStage Stage
    {
        get => (PipelineStage)Volatile.Read(ref _stage);
        set => Volatile.Write(ref _stage, (int)value);
    }

    /// <summary>An earlier run has begun with it.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Timestamp of the moment its first stage began.</summary>
    public long? StartedAt { get; set; }
    /// <summary>Folder that is archived, or null when there is nothing to upload.</summary>
    public string? Folder { get; init; }
    public FolderArchive? Archive { get; set; }
    public List<DownloadedOutput> Files { get; } = [];
    public IReadOnlyList<RescaleException> Warnings { get; set; } = [];
    public bool Succeeded { get; set; }

    /// <summary>This run has ended with it; <see cref="RowState.Ended"/> may tell of an earlier one.</summary>
    public bool HasEnded
    {
        get => Volatile.Read(ref _hasEnded);
        set => Volatile.Write(ref _hasEnded, value);
    }

    /// <summary>It is not for this run, which neither changes nor reports it.</summary>
    public bool IsLeftOut { get; set; }

    public void Resume(RowState earlier)
    {
        State = earlier with { TarPath = State.TarPath };
        IsResumed = true;
    }

    /// <summary>Begins as a row of which nothing is known. The job that it had, and the folder of that, stay.</summary>
    public void StartAnew() => State = _fresh with { FormerDestination = State.FormerDestination ?? State.Destination };

    private readonly RowState _fresh = state;
    private RowState _state = state;
    private bool _hasEnded;
    private int _stage = (int)PipelineStage.Archive;
}
