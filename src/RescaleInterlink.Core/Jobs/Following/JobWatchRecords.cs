using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Following;

public sealed record JobWatchOptions
{
    public OutputFilter Filter { get; init; } = OutputFilter.Everything;

    /// <summary>What becomes of a local file that is there and was not put there by a watch. What a watch has put there is replaced by a newer version.</summary>
    public FolderConflict Conflict { get; init; }

    /// <summary>Between two looks at statuses and outputs.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the network may be away.</summary>
    public TimeSpan LongestAbsence { get; init; } = Patience.LongestAbsence;

    /// <summary>Most local files that are read at once to compare them; 1 or more.</summary>
    public int ComparisonsAtOnce { get; init; } = 5;

    /// <summary>How a file is downloaded. Whether something is replaced is decided by <see cref="Conflict"/>.</summary>
    public Func<PlatformFile, DownloadOptions> DownloadOf { get; init; } = static _ => new DownloadOptions();
}

/// <summary>What a watch says next.</summary>
public abstract record JobWatchStep(string JobId)
{
    public sealed record StatusChange(string JobId, JobStatusEntry Status) : JobWatchStep(JobId);

    public sealed record Received(string JobId, FileToReceive File, ReceivedFile Result) : JobWatchStep(JobId);

    /// <summary>An output that is not there, or not all of it.</summary>
    /// <param name="Target">Its relative path.</param>
    public sealed record Failed(string JobId, string Target, RescaleException Error) : JobWatchStep(JobId);

    /// <param name="JobId">Of the job; empty for all.</param>
    public sealed record Notice(string JobId, string Text, bool IsWarning) : JobWatchStep(JobId);

    /// <summary>Comes last of a job; its error says why it was not followed to its end.</summary>
    public sealed record Ended(JobEnding Ending) : JobWatchStep(Ending.JobId);
}
