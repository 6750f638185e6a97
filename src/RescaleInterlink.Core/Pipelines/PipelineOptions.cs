using RescaleInterlink.Transfers;

namespace RescaleInterlink.Pipelines;

public sealed record PipelineOptions
{
    /// <summary>Folder that gets one sub-folder of outputs for each job; null does not wait or download.</summary>
    public string? Destination { get; init; }

    /// <summary>State CSV (interop files 7); the journal lies beside it as <c>{StatePath}.journal</c>.</summary>
    public required string StatePath { get; init; }

    /// <summary>What to do when <see cref="StatePath"/> already tells of a run.</summary>
    public ExistingState ExistingState { get; init; } = ExistingState.Resume;

    /// <summary>Replace output files that exist, each at the moment the new one is whole and verified.</summary>
    public bool Overwrite { get; init; }

    public int ArchiveWorkers { get; init; } = 4;
    public int UploadWorkers { get; init; } = 4;
    public int JobWorkers { get; init; } = 4;
    public int DownloadWorkers { get; init; } = 4;
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);
    public TransferOptions Transfer { get; init; } = new();
}
