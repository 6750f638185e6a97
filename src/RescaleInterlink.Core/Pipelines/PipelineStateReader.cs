using System.Globalization;
using System.Text;
using CsvHelper;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>How far a row of a run has come.</summary>
/// <param name="Index">Data row of the jobs table, from 1.</param>
/// <param name="TarPath">Where a kept archive would lie.</param>
/// <param name="TarStatus"><c>pending</c>, <c>success</c>, <c>failed</c> or <c>skipped</c>, as the two after it.</param>
/// <param name="JobStatus">The platform's last word; null when the state does not tell.</param>
/// <param name="HasEnded">Nothing is left to do; null when the state does not tell.</param>
public sealed record PipelineRowState(
    int Index, string JobName, string Directory, string TarPath, string TarStatus, string? FileId, string UploadStatus, string? JobId, string SubmitStatus,
    string? JobStatus, string? Reason, string? Destination, bool? HasEnded, string? ErrorId, string? ErrorMessage, DateTimeOffset? LastUpdated)
{
    /// <summary>The files of the job besides its archive, by id, with commas; null when there are none, or none is told.</summary>
    public string? ExtraFileIds { get; init; }
}

/// <summary>Reads the state of runs, of this module and of the Go tool (interop files 7). It never waits for a run, and is in no run's way.</summary>
public static class PipelineStateReader
{
    private const int Columns = 12;

    /// <summary>The rows of the state CSV; where this module's journal lies beside it, that is the truth, and tells more.</summary>
    /// <exception cref="RescaleException">SourceNotFound, SourceUnreadable; PipelineStateInvalid for a file of another kind.</exception>
    public static IReadOnlyList<PipelineRowState> Read(string path)
    {
        var rows = new SortedDictionary<int, PipelineRowState>();
        foreach (var row in ReadCsv(path))
            rows[row.Index] = row;
        if (File.Exists(PipelineJournal.GetPath(path)))
        {
            using var journal = Open(PipelineJournal.GetPath(path));
            foreach (var state in PipelineJournal.Load(journal, journal.Name).Rows.Values.Where(static row => row.Index > 0))
                rows[state.Index] = From(state);
        }

        return [.. rows.Values];
    }

    /// <summary>Whether nothing lies there, or what begins as a state does.</summary>
    public static bool MayBeState(string path)
    {
        if (!File.Exists(path))
            return true;
        using var reader = new StreamReader(Open(path), new UTF8Encoding(false));
        var beginning = new char[nameof(RowState.Index).Length + 1];
        var count = reader.ReadBlock(beginning);
        return count == 0 || new string(beginning, 0, count).Equals(nameof(RowState.Index) + ",", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>As the Go tool reads it: by place, and without rows of fewer cells.</summary>
    private static List<PipelineRowState> ReadCsv(string path)
    {
        using var reader = new StreamReader(Open(path), new UTF8Encoding(false));
        using var csv = CsvReader.Create(reader, new CsvReaderOptions { MalformedData = CsvMalformedDataHandling.Recover }, leaveOpen: true);
        csv.ReadHeader();
        if (csv.Headers.Count < Columns || !csv.Headers[0].Trim().Equals(nameof(RowState.Index), StringComparison.OrdinalIgnoreCase))
            throw new RescaleException(ErrorIds.PipelineStateInvalid, ErrorKind.State, $"'{path}' is not the state of a pipeline: its header is another.",
                "Give the state file of a run, such as jobs.state.csv beside jobs.csv.");
        var rows = new List<PipelineRowState>();
        while (csv.Read())
        {
            if (csv.FieldCount < Columns || !int.TryParse(csv.GetString(0), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                continue;
            rows.Add(new PipelineRowState(
                index, csv.GetString(1), csv.GetString(2), csv.GetString(3), csv.GetString(4), Optional(5), csv.GetString(6), Optional(7), csv.GetString(8),
                null, null, null, null, null, Optional(10), DateTimeOffset.TryParse(csv.GetString(11), CultureInfo.InvariantCulture, out var updated) ? updated : null)
            {
                ExtraFileIds = Optional(9),
            });

            string? Optional(int column) => csv.GetString(column) is { Length: > 0 } text ? text : null;
        }

        return rows;
    }

    private static PipelineRowState From(RowState state) => new(
        state.Index, state.JobName, state.Directory, state.TarPath, PipelineStateFile.Word(state.TarStatus), state.FileId, PipelineStateFile.Word(state.UploadStatus),
        state.JobId, PipelineStateFile.Word(state.SubmitStatus), state.JobStatus, state.Reason, state.Destination, state.Ended, state.ErrorId, state.ErrorMessage, state.LastUpdated)
    {
        ExtraFileIds = state.ExtraFileIds,
    };

    /// <summary>Shared, as a run may be writing it or putting another in its place.</summary>
    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"The state file '{path}' does not exist.", "Check the path; a run writes it when it begins.", absent);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile, $"The state file '{path}' cannot be read: {failure.Message}", "Check your permissions there.", failure);
        }
    }
}
