using RescaleInterlink.Archiving;
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

    /// <summary>Take up the rows that have failed, and no others; needs an earlier run. Null runs all rows that are not done.</summary>
    public PipelineRetry? Retry { get; init; }

    /// <summary>Go on although the table is another than that of the earlier run: rows with the name and directory of an earlier one are that one,
    /// others are new. What is known of rows that are gone is kept, should they come back.</summary>
    public bool AllowTableChange { get; init; }

    /// <summary>Indexes of rows that this run leaves as they are: of the table, and to be run another time.</summary>
    public IReadOnlySet<int> LeftOut { get; init; } = new HashSet<int>();

    /// <summary>What of each directory is archived, and how. A run that goes on has to be given the same.</summary>
    public ArchiveOptions Archive { get; init; } = ArchiveOptions.Everything;

    /// <summary>What all jobs get besides their archives. A run that goes on has to be given the same.</summary>
    public ExtraInputs Extras { get; init; } = ExtraInputs.None;

    /// <summary>Whether extra files are sent anew that were changed since an earlier run has sent them. Only jobs that are made anew may get others.</summary>
    internal bool TakesChangedExtras => Retry == PipelineRetry.FailedJob;

    /// <summary>Write each archive to its place on the disk, too (interop files 8); else it is only streamed.</summary>
    public bool KeepArchives { get; init; }

    /// <summary>Remove an archive from its place when it has been uploaded, whoever has put it there.</summary>
    public bool RemoveArchives { get; init; }

    /// <summary>Replace output files that exist, each at the moment the new one is whole and verified.</summary>
    public bool Overwrite { get; init; }

    public int ArchiveWorkers { get; init; } = 4;
    public int UploadWorkers { get; init; } = 4;
    public int JobWorkers { get; init; } = 4;
    public int DownloadWorkers { get; init; } = 4;
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);
    public TransferOptions Transfer { get; init; } = new();

    /// <summary>File that gets a JSON line for each thing that happens, behind those of earlier runs; null for none.</summary>
    public string? LogPath { get; init; }

    /// <summary>Jobs table that gets the rows that have failed when the run ends, with an error in a column of its own, and is removed when none has;
    /// null for none.</summary>
    public string? FailurePath { get; init; }

    /// <summary>Told in words what no row's result tells, such as a transfer that had begun and begins anew. Called from any thread.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>Told that an earlier transfer is continued: what it is a transfer of, plaintext bytes that need not travel again, and those
    /// of the whole, or null when their number shows only at the end. Called from any thread.</summary>
    public Action<string, long, long?>? OnContinued { get; init; }
}
