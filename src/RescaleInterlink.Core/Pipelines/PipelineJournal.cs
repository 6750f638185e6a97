using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>
/// The truth about a run: append-only JSON lines, first a header, then one flushed line for every change of a row; the last
/// line of a row counts. A lock file beside it keeps a second run away, and leaves the journal open to readers. Thread-safe.
/// </summary>
internal sealed class PipelineJournal : IDisposable
{
    private const int Version = 1;
    private const string ExtraStart = "{\"extraPath\":";
    private FileStream _file;
    private volatile IOException? _failure;
    private readonly FileStream _lock;
    private readonly object _gate = new();

    private PipelineJournal(FileStream file, FileStream fileLock)
    {
        _file = file;
        _lock = fileLock;
    }

    /// <param name="Rows">The last known state of each row that has one.</param>
    /// <param name="Extras">The files for all jobs that were sent, by path.</param>
    /// <param name="Length">Bytes of the whole lines.</param>
    internal sealed record Content(JournalHeader Header, IReadOnlyDictionary<int, RowState> Rows, IReadOnlyDictionary<string, SentExtra> Extras, long Length);

    /// <summary>Begins the journal of a new run, or goes on with the one of an earlier run.</summary>
    /// <param name="allowTableChange">Go on also when the earlier run was of another table.</param>
    /// <param name="archive">What is special about the run's archives, in words.</param>
    /// <param name="extras">What all jobs get; null for nothing.</param>
    /// <exception cref="RescaleException">PipelineStateInvalid when the state tells of another run, or one is going on, or there is none and
    /// one is required; SourceNotFound or SourceIsDirectory when a new run is to have an extra file that is none.</exception>
    public static PipelineJournal Begin(
        string statePath, IReadOnlyList<RowState> rows, ExistingState existing, bool allowTableChange = false, string archive = "", ExtraInputs? extras = null)
    {
        var path = GetPath(statePath);
        if (existing == ExistingState.Require)
            RequireJournal(statePath, path);
        var fileLock = Open(statePath, statePath + ".lock", FileShare.None, FileOptions.DeleteOnClose);
        PipelineJournal? journal = null;
        try
        {
            journal = new PipelineJournal(Open(statePath, path, FileShare.Read, FileOptions.None), fileLock);
            journal.Start(statePath, rows, existing, allowTableChange, archive, extras ?? ExtraInputs.None);
            return journal;
        }
        catch
        {
            journal?._file.Dispose();
            fileLock.Dispose();
            throw;
        }
    }

    /// <summary>What an earlier run has noted, by row; empty for a new run.</summary>
    public IReadOnlyDictionary<int, RowState> Earlier { get; private set; } = new Dictionary<int, RowState>();

    /// <summary>The files for all jobs that earlier runs have sent, by path.</summary>
    public IReadOnlyDictionary<string, SentExtra> EarlierExtras { get; private set; } = new Dictionary<string, SentExtra>();

    private void Start(string statePath, IReadOnlyList<RowState> rows, ExistingState existing, bool allowTableChange, string archive, ExtraInputs extras)
    {
        var header = new JournalHeader(Version, HashTable(rows), rows.Count, NullWhenEmpty(archive), NullWhenEmpty(extras.Describe()));
        // Before anything is noted: a path that was mistyped must not become what the run has to go on with.
        if (existing == ExistingState.Replace || _file.Length == 0)
            extras.Require();
        if (existing == ExistingState.Replace)
            _file.SetLength(0);
        else if (_file.Length == 0)
            RequireNoForeignState(statePath);
        if (_file.Length == 0)
        {
            Write(header, JournalJson.Default.JournalHeader, durable: true);
            return;
        }

        var content = Load(_file, _file.Name);
        var known = content.Rows.Values.Where(static row => row.Index > 0).ToList();
        var doubt = known.Count(static row => row is { Creating: true, JobId: null }) is var unsure and > 0
            ? $" It is not known whether {unsure} of its jobs were created."
            : "";
        var isSameTable = content.Header.Table == header.Table;
        if (!isSameTable && !allowTableChange)
            throw Invalid($"The state file '{statePath}' belongs to another table of {content.Header.Rows} rows.{doubt} Nothing was sent.",
                "Give another state file, or the table as it was: names, directories and order of the rows have to be the same. With -AllowTableChange rows are known by name and directory.");
        if (existing == ExistingState.Refuse)
            throw Invalid($"The state file '{statePath}' already tells of a run of this table: {known.Count(static row => row.Ended)} of {content.Header.Rows} rows have ended.{doubt} Nothing was sent.",
                "Give another state file, go on with this run, or replace it to run all rows again.");
        // Half of the jobs would get one kind of archive, half the other.
        if (content.Header.Archive != header.Archive)
            throw Invalid($"The run of the state file '{statePath}' was begun with {Words(content.Header.Archive)}, and is to go on with {Words(header.Archive)}.{doubt} Nothing was sent.",
                "Give the patterns, -FlattenTar and -TarCompression as they were, another state file, or run all rows again with -Force.");
        if (content.Header.Extras != header.Extras)
            throw Invalid($"The run of the state file '{statePath}' was begun with {ExtraWords(content.Header.Extras)}, and is to go on with {ExtraWords(header.Extras)}.{doubt} Nothing was sent.",
                "Give -ExtraInputFile and -DecompressExtras as they were, another state file, or run all rows again with -Force.");
        EarlierExtras = content.Extras;
        if (isSameTable)
        {
            // New lines begin behind the last whole one.
            _file.SetLength(content.Length);
            _file.Position = content.Length;
            Earlier = content.Rows;
            return;
        }

        Earlier = TableChange.Match(content.Rows.Values, rows);
        Rewrite(statePath, header);
    }

    /// <summary>Puts a journal of the changed table in the place of the one that is there, at one moment: a kill leaves the one or the other.</summary>
    private void Rewrite(string statePath, JournalHeader header)
    {
        var path = _file.Name;
        _file.Dispose();
        try
        {
            using (_file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0))
            {
                Write(header, JournalJson.Default.JournalHeader, durable: false);
                foreach (var extra in EarlierExtras.Values)
                    Write(extra, JournalJson.Default.SentExtra, durable: false);
                foreach (var row in Earlier.Values)
                    Append(row, durable: false);
                _file.Flush(flushToDisk: true);
            }

            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw PipelineErrors.StateUnwritable(path, exception);
        }

        _file = Open(statePath, path, FileShare.Read, FileOptions.None);
        _file.Position = _file.Length;
    }

    private static FileStream Open(string statePath, string path, FileShare share, FileOptions options)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"The pipeline's state '{statePath}' cannot be used: {exception.Message}",
                "Another run may be using it; wait for its end, or give another state file.", exception);
        }
    }

    public static string GetPath(string statePath) => statePath + ".journal";

    /// <param name="durable">Wait until the line is on the disk: it must outlive a loss of power.</param>
    public void Append(RowState row, bool durable) => Write(row, JournalJson.Default.RowState, durable);

    public void Append(SentExtra extra) => Write(extra, JournalJson.Default.SentExtra, durable: true);

    /// <summary>Reads a journal; a torn last line, which a kill can leave, is ignored.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid when it is not a journal, or one of a newer version.</exception>
    public static Content Load(Stream stream, string path)
    {
        var bytes = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(bytes);
        // What follows the last line end is nothing, or the beginning of a line that was never finished.
        var length = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        var lines = Encoding.UTF8.GetString(bytes, 0, length).Split('\n');
        var whole = lines.AsSpan(0, lines.Length - 1);
        if (whole.IsEmpty)
            throw Invalid($"'{path}' is not a pipeline's journal: it has no header.", "Give another state file, or remove it.");
        var header = Parse(whole[0], JournalJson.Default.JournalHeader, path, 1);
        if (header.Version != Version)
            throw Invalid($"The pipeline's journal '{path}' has the format version {header.Version}; this module knows version {Version}.",
                "Use the version of the module that wrote it.");
        var rows = new Dictionary<int, RowState>();
        var extras = new Dictionary<string, SentExtra>(StringComparer.Ordinal);
        for (var i = 1; i < whole.Length; i++)
        {
            if (whole[i].StartsWith(ExtraStart, StringComparison.Ordinal))
            {
                var extra = Parse(whole[i], JournalJson.Default.SentExtra, path, i + 1);
                extras[extra.ExtraPath] = extra;
                continue;
            }

            var row = Parse(whole[i], JournalJson.Default.RowState, path, i + 1);
            rows[row.Index] = row;
        }

        return new Content(header, rows, extras, length);
    }

    public void Dispose()
    {
        lock (_gate)
            _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>An empty journal counts as none: a run that was refused the disk leaves one.</summary>
    private static void RequireJournal(string statePath, string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > 0 })
            return;
        RequireNoForeignState(statePath);
        throw Invalid($"There is no earlier run to go on with: '{statePath}' has no journal. Nothing was sent.",
            "Check the path of the state file, or begin without -Resume and -Retry.");
    }

    private static void RequireNoForeignState(string statePath)
    {
        if (new FileInfo(statePath) is { Exists: true, Length: > 0 })
            throw Invalid($"The state file '{statePath}' exists and has no journal; it is not of this module. Nothing was sent.",
                "Give another state file. A run of another tool is finished by that tool; for files that it has uploaded, put their ids into ExtraInputFileIDs.");
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

    private static T Parse<T>(string line, JsonTypeInfo<T> type, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw Invalid($"Line {number} of the pipeline's journal '{path}' cannot be read.", "Give another state file.", exception);
        }
    }

    private void Write<T>(T value, JsonTypeInfo<T> type, bool durable)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(value, type);
        Array.Resize(ref line, line.Length + 1);
        line[^1] = (byte)'\n';
        try
        {
            lock (_gate)
            {
                if (_failure is not null)
                    throw _failure;
                // One write for one line: a kill leaves a torn line at the end at most, never in the middle.
                _file.Write(line);
                _file.Flush(durable);
            }
        }
        catch (IOException exception)
        {
            // A disk with room again would take the next line behind the half of this one.
            _failure = exception;
            throw PipelineErrors.StateUnwritable(_file.Name, exception);
        }
    }

    private static RescaleException Invalid(string message, string action, Exception? inner = null)
        => new(ErrorIds.PipelineStateInvalid, ErrorKind.State, message, action, inner);
}
