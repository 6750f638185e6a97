using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Following;

public sealed record JobLogOptions
{
    /// <summary>What a run's command writes to its standard streams.</summary>
    public const string DefaultName = "process_output.log";

    /// <summary>Relative paths, or names, of the files to read.</summary>
    public IReadOnlyList<string> Names { get; init; } = [DefaultName];

    /// <summary>Which files are read beside those of <see cref="Names"/>, by relative path; null: no others. The files of a run are listed for it.</summary>
    public Func<string, bool>? Matches { get; init; }

    /// <summary>How many of the last lines of each file to begin with; null: all.</summary>
    public int? Tail { get; init; }

    /// <summary>Goes on until the job has ended.</summary>
    public bool Follow { get; init; }

    public bool WithStatuses { get; init; } = true;
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the network may be away while a job is followed.</summary>
    public TimeSpan LongestAbsence { get; init; } = Patience.LongestAbsence;
}

/// <summary>What the log of a job says next.</summary>
public abstract record JobLogEntry
{
    /// <param name="Name">Relative path of the file.</param>
    /// <param name="Number">Of the line among those of this file that were read, from 1.</param>
    public sealed record Line(string Name, long Number, string Text) : JobLogEntry;

    public sealed record StatusChange(JobStatusEntry Status) : JobLogEntry;

    /// <summary>Something about the reading itself.</summary>
    public sealed record Notice(string Text, bool IsWarning) : JobLogEntry;
}
