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
    internal const int Version = 1;
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

    /// <inheritdoc cref="Begin(JournalTerms)"/>
    public static PipelineJournal Begin(string statePath, IReadOnlyList<RowState> rows, ExistingState existing, bool allowTableChange = false)
        => Begin(new JournalTerms(statePath, rows, existing, allowTableChange, "", ExtraInputs.None));

    /// <summary>Begins the journal of a new run, or goes on with the one of an earlier run.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid when the state tells of another run, or one is going on, or there is none and
    /// one is required; SourceNotFound or SourceIsDirectory when a new run is to have an extra file that is none.</exception>
    public static PipelineJournal Begin(JournalTerms terms)
    {
        terms.RequireEarlierRun();
        var statePath = terms.StatePath;
        var fileLock = Open(statePath, GetLockPath(statePath), FileShare.None, FileOptions.DeleteOnClose);
        PipelineJournal? journal = null;
        try
        {
            journal = new PipelineJournal(Open(statePath, GetPath(statePath), FileShare.Read, FileOptions.None), fileLock);
            journal.Start(terms);
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

    private void Start(JournalTerms terms)
    {
        if (_file.Length == 0)
        {
            terms.RequireBeginning();
            Write(terms.Header, JournalJson.Default.JournalHeader, durable: true);
            return;
        }

        if (terms.Existing == ExistingState.Replace)
        {
            terms.RequireBeginning();
            // Of a journal that nothing is kept of nobody has to understand a line.
            if (terms.LeftOut.Count > 0)
                Earlier = terms.Keep(Load(_file, _file.Name));
            Rewrite(terms.StatePath, terms.Header);
            return;
        }

        var content = Load(_file, _file.Name);
        Earlier = terms.Accept(content);
        EarlierExtras = content.Extras;
        if (terms.IsSameTable(content))
        {
            // New lines begin behind the last whole one.
            _file.SetLength(content.Length);
            _file.Position = content.Length;
            return;
        }

        Rewrite(terms.StatePath, terms.Header);
    }

    /// <summary>Puts another journal in the place of the one that is there, at one moment: a kill leaves the one or the other.</summary>
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

    /// <summary>What a run of these terms would find, or why it would be refused: it is read beside any run, and nothing is written or held.</summary>
    /// <exception cref="RescaleException">What <see cref="Begin(JournalTerms)"/> reports.</exception>
    public static (IReadOnlyDictionary<int, RowState> Rows, IReadOnlyDictionary<string, SentExtra> Extras) Look(JournalTerms terms)
    {
        terms.RequireEarlierRun();
        // Of a run that is going on it cannot be opened; what a killed one has left can.
        OpenToRead(terms.StatePath, GetLockPath(terms.StatePath))?.Dispose();
        using var file = OpenToRead(terms.StatePath, GetPath(terms.StatePath));
        if (terms.Existing == ExistingState.Replace || file is null or { Length: 0 })
        {
            terms.RequireBeginning();
            return (new Dictionary<int, RowState>(), new Dictionary<string, SentExtra>());
        }

        Content content;
        try
        {
            content = Load(file, file.Name);
        }
        catch (IOException exception)
        {
            // A run has begun just now, and has made another journal of it.
            throw Unusable(terms.StatePath, exception);
        }

        return (terms.Accept(content), content.Extras);
    }

    private static FileStream? OpenToRead(string statePath, string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(statePath, exception);
        }
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
            throw Unusable(statePath, exception);
        }
    }

    private static RescaleException Unusable(string statePath, Exception exception)
        => PipelineErrors.StateInvalid($"The pipeline's state '{statePath}' cannot be used: {exception.Message}",
            "Another run may be using it; wait for its end, or give another state file.", exception);

    public static string GetPath(string statePath) => statePath + ".journal";

    /// <summary>There while a run works, and held by it.</summary>
    public static string GetLockPath(string statePath) => statePath + ".lock";

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
            throw PipelineErrors.StateInvalid($"'{path}' is not a pipeline's journal: it has no header.", "Give another state file, or remove it.");
        var header = Parse(whole[0], JournalJson.Default.JournalHeader, path, 1);
        if (header.Version != Version)
            throw PipelineErrors.StateInvalid($"The pipeline's journal '{path}' has the format version {header.Version}; this module knows version {Version}.",
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

    private static T Parse<T>(string line, JsonTypeInfo<T> type, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw PipelineErrors.StateInvalid($"Line {number} of the pipeline's journal '{path}' cannot be read.", "Give another state file.", exception);
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
}
