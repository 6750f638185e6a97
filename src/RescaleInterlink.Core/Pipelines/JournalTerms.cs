using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>What a run asks of the state that it finds: one judgement for the run itself and for its rehearsal.</summary>
/// <param name="Rows">The rows of the table, as a new run would begin them.</param>
/// <param name="AllowTableChange">Go on also when the earlier run was of another table.</param>
/// <param name="Archive">What is special about the run's archives, in words; empty for nothing.</param>
/// <param name="Extras">What all jobs get.</param>
internal sealed record JournalTerms(
    string StatePath, IReadOnlyList<RowState> Rows, ExistingState Existing, bool AllowTableChange, string Archive, ExtraInputs Extras)
{
    /// <summary>Rows that this run does not touch, and of which what is known stays known also where all else is replaced.</summary>
    public IReadOnlySet<int> LeftOut { get; init; } = new HashSet<int>();

    /// <summary>The first line of the run's journal.</summary>
    public JournalHeader Header { get; } = new(PipelineJournal.Version, HashTable(Rows), Rows.Count, NullWhenEmpty(Archive), NullWhenEmpty(Extras.Describe()));

    /// <summary>An empty journal counts as none: a run that was refused the disk leaves one.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid when an earlier run is required and there is none.</exception>
    public void RequireEarlierRun()
    {
        if (Existing != ExistingState.Require || new FileInfo(PipelineJournal.GetPath(StatePath)) is { Exists: true, Length: > 0 })
            return;
        RequireNoForeignState();
        throw PipelineErrors.StateInvalid($"There is no earlier run to go on with: '{StatePath}' has no journal. Nothing was sent.",
            "Check the path of the state file, or begin without -Resume and -Retry.");
    }

    /// <summary>Whether a new run may begin where no journal is, or where one is to be replaced.</summary>
    /// <exception cref="RescaleException">SourceNotFound or SourceIsDirectory when an extra file is none; PipelineStateInvalid when another tool's state lies there.</exception>
    public void RequireBeginning()
    {
        // Before anything is noted: a path that was mistyped must not become what the run has to go on with.
        Extras.Require();
        if (Existing != ExistingState.Replace)
            RequireNoForeignState();
    }

    /// <returns>What stays known of an earlier run that is replaced, by row of this table.</returns>
    public IReadOnlyDictionary<int, RowState> Keep(PipelineJournal.Content earlier) => KnownRows(earlier)
        .Where(known => LeftOut.Contains(known.Key)).ToDictionary(static known => known.Key, static known => known.Value);

    public bool IsSameTable(PipelineJournal.Content earlier) => earlier.Header.Table == Header.Table;

    /// <returns>What the earlier run has noted, by row of this table.</returns>
    /// <exception cref="RescaleException">PipelineStateInvalid when this run cannot go on with it.</exception>
    public IReadOnlyDictionary<int, RowState> Accept(PipelineJournal.Content earlier)
    {
        var known = earlier.Rows.Values.Where(static row => row.Index > 0).ToList();
        var doubt = known.Count(static row => row is { Creating: true, JobId: null }) is var unsure and > 0
            ? $" It is not known whether {unsure} of its jobs were created."
            : "";
        if (!IsSameTable(earlier) && !AllowTableChange)
            throw PipelineErrors.StateInvalid($"The state file '{StatePath}' belongs to another table of {earlier.Header.Rows} rows.{doubt} Nothing was sent.",
                "Give another state file, or the table as it was: names, directories and order of the rows have to be the same. With -AllowTableChange rows are known by name and directory.");
        if (Existing == ExistingState.Refuse)
            throw PipelineErrors.StateInvalid($"The state file '{StatePath}' already tells of a run of this table: {known.Count(static row => row.Ended)} of {earlier.Header.Rows} rows have ended.{doubt} Nothing was sent.",
                "Give another state file, go on with this run, or replace it to run all rows again.");
        // Half of the jobs would get one kind of archive, half the other.
        if (earlier.Header.Archive != Header.Archive)
            throw PipelineErrors.StateInvalid($"The run of the state file '{StatePath}' was begun with {Words(earlier.Header.Archive)}, and is to go on with {Words(Header.Archive)}.{doubt} Nothing was sent.",
                "Give the patterns, -FlattenTar and -TarCompression as they were, another state file, or run all rows again with -Force.");
        if (earlier.Header.Extras != Header.Extras)
            throw PipelineErrors.StateInvalid($"The run of the state file '{StatePath}' was begun with {ExtraWords(earlier.Header.Extras)}, and is to go on with {ExtraWords(Header.Extras)}.{doubt} Nothing was sent.",
                "Give -ExtraInputFile and -DecompressExtras as they were, another state file, or run all rows again with -Force.");
        return KnownRows(earlier);
    }

    private IReadOnlyDictionary<int, RowState> KnownRows(PipelineJournal.Content earlier)
        => IsSameTable(earlier) ? earlier.Rows : TableChange.Match(earlier.Rows.Values, Rows);

    private void RequireNoForeignState()
    {
        if (new FileInfo(StatePath) is { Exists: true, Length: > 0 })
            throw PipelineErrors.StateInvalid($"The state file '{StatePath}' exists and has no journal; it is not of this module. Nothing was sent.",
                "Give another state file. Finish a run of the Go tool with that tool, or divide its rows: Get-RescalePipelineState reads the file, and about_RescalePipelines shows how to go on.");
    }

    private static string Words(string? archive) => archive is null ? "archives of whole directories" : $"archives {archive}";

    private static string ExtraWords(string? extras) => extras is null ? "no extra input files" : $"the extra input files {extras}";

    private static string? NullWhenEmpty(string text) => text.Length > 0 ? text : null;

    private static string HashTable(IReadOnlyList<RowState> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
            text.Append(row.Index).Append('\0').Append(row.JobName).Append('\0').Append(row.Directory).Append('\0');
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
