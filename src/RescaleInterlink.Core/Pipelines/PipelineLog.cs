using System.Text.Json;
using System.Text.Json.Serialization;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Pipelines;

/// <summary>
/// What happened in a run, for people and for programs that come later: JSON lines, each written at once, behind those of earlier runs. Nothing is
/// read from it again: a run neither needs it nor ends for it. It holds names, paths, ids and errors, and no command. Thread-safe.
/// </summary>
internal sealed class PipelineLog : IDisposable
{
    /// <summary>A platform's error page must not fill the disk.</summary>
    private const int MostLetters = 2000;

    private static readonly byte[] Beginning = "{\"time\":\""u8.ToArray();

    private readonly object _gate = new();
    private readonly FileStream _file;
    private readonly FileStream _lock;
    private readonly TimeProvider _time;
    private readonly Action<string>? _onNotice;
    private bool _isOpen = true;

    private PipelineLog(FileStream file, FileStream fileLock, TimeProvider time, Action<string>? onNotice)
    {
        _file = file;
        _lock = fileLock;
        _time = time;
        _onNotice = onNotice;
    }

    /// <param name="onNotice">Told once when the log cannot be written any more.</param>
    /// <exception cref="RescaleException">DestinationUnwritable, also when another run writes it; DestinationExists for a file of another kind.</exception>
    public static PipelineLog Open(string path, TimeProvider time, Action<string>? onNotice = null)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // A lock of its own, which leaves the log itself open to readers.
            var fileLock = OwnFile.Open(path + ".lock", FileMode.OpenOrCreate, FileOptions.DeleteOnClose);
            FileStream? file = null;
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
                RequireLog(file);
                EndTornLine(file);
                return new PipelineLog(file, fileLock, time, onNotice);
            }
            catch
            {
                file?.Dispose();
                fileLock.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw Unwritable(path, exception);
        }
    }

    /// <summary>What can be said of the place without writing there.</summary>
    /// <exception cref="RescaleException">DestinationExists for a file of another kind; DestinationUnwritable when it cannot even be read.</exception>
    public static void RequireFree(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            RequireLog(file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // There will be one.
        }
        catch (Exception exception) when (IsUnwritable(exception))
        {
            throw Unwritable(path, exception);
        }
    }

    private static bool IsUnwritable(Exception exception) => exception is IOException or UnauthorizedAccessException or NotSupportedException;

    private static RescaleException Unwritable(string path, Exception exception) => new(
        ErrorIds.DestinationUnwritable, ErrorKind.LocalFile,
        $"The run log '{path}' cannot be written: {exception.Message} Nothing was sent.", "Give another path, or wait for the end of the run that writes it.", exception);

    /// <summary>To the millisecond.</summary>
    public static double Seconds(TimeSpan elapsed) => Math.Round(elapsed.TotalSeconds, 3);

    public void Write(PipelineLogLine line)
    {
        line = line with { Time = _time.GetUtcNow(), Message = Shorten(line.Message) };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(line, PipelineLogJson.Default.PipelineLogLine);
        Array.Resize(ref bytes, bytes.Length + 1);
        bytes[^1] = (byte)'\n';
        try
        {
            lock (_gate)
            {
                // One write for one line: a kill leaves a torn line at the end at most, and readers never see two in one.
                if (_isOpen)
                    _file.Write(bytes);
                return;
            }
        }
        catch (IOException exception)
        {
            Abandon(exception);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOpen = false;
            _file.Dispose();
        }

        _lock.Dispose();
    }

    private void Abandon(IOException exception)
    {
        lock (_gate)
        {
            if (!_isOpen)
                return;
            _isOpen = false;
        }

        _onNotice?.Invoke($"The run log '{_file.Name}' cannot be written any more: {exception.Message} The run goes on without it.");
    }

    /// <summary>A slip of the hand must not put lines into a table, or into the journal.</summary>
    private static void RequireLog(FileStream file)
    {
        var beginning = new byte[Math.Min(file.Length, Beginning.Length)];
        file.ReadExactly(beginning);
        if (!Beginning.AsSpan().StartsWith(beginning))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{file.Name}' exists and is no run log. Nothing was sent.", "Give another path.");
    }

    /// <summary>The half of a line that a kill has left becomes a line of its own, which readers pass over.</summary>
    private static void EndTornLine(FileStream file)
    {
        if (file.Length == 0)
            return;
        file.Position = file.Length - 1;
        if (file.ReadByte() != '\n')
            file.WriteByte((byte)'\n');
    }

    private static string? Shorten(string? message)
    {
        if (string.IsNullOrEmpty(message))
            return null;
        message = Redaction.RedactMarked(message);
        return message.Length <= MostLetters ? message : string.Concat(message.AsSpan(0, MostLetters), "...");
    }
}

/// <summary>One line; what is null or zero is left out.</summary>
/// <param name="Event"><c>runStarted</c>, <c>runRefused</c>, <c>runFailed</c>, <c>runEnded</c>, <c>runStopped</c>; of one row <c>stageStarted</c>, <c>stageEnded</c>,
/// <c>warning</c>, <c>jobSucceeded</c>, <c>jobFailed</c>; <c>notice</c>.</param>
internal sealed record PipelineLogLine(string Event)
{
    /// <summary>UTC.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset Time { get; init; }

    /// <summary>1-based data row of the table.</summary>
    public int Row { get; init; }
    public string? JobName { get; init; }
    public string? Stage { get; init; }
    public string? FileId { get; init; }
    public string? JobId { get; init; }
    /// <summary>The platform's word.</summary>
    public string? Status { get; init; }
    /// <summary>Of the archive that was sent, before it was encrypted; or of the outputs that are on disk.</summary>
    public long? Bytes { get; init; }
    public double? Seconds { get; init; }
    public int? Jobs { get; init; }
    public int? Succeeded { get; init; }
    public int? Failed { get; init; }
    public string? StatePath { get; init; }
    public string? ErrorId { get; init; }
    public string? Message { get; init; }

    /// <summary>Of the run, in its last line.</summary>
    public PipelineLogSummary? Summary { get; init; }

    public static PipelineLogLine Of(string name, PipelineJob job, PipelineStage stage) => new(name)
    {
        Row = job.Row.Index,
        JobName = job.Row.Spec.JobName,
        Stage = stage.ToString(),
        FileId = job.State.FileId,
        JobId = job.State.JobId,
        Status = job.State.JobStatus,
    };

    /// <param name="job">Null for what is not of one row.</param>
    public static PipelineLogLine Of(string name, RescaleException error, PipelineJob? job = null, PipelineStage stage = default)
        => (job is null ? new PipelineLogLine(name) : Of(name, job, stage)) with { ErrorId = error.ErrorId, Message = error.Message };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PipelineLogLine))]
internal sealed partial class PipelineLogJson : JsonSerializerContext;
