using System.Globalization;
using System.Threading.Channels;
using CsvHelper;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>The state CSV for people and for the Go tool (interop files 7): exactly twelve columns, rewritten as a whole.</summary>
internal sealed class PipelineStateFile(string path, TimeProvider time, Func<IReadOnlyList<RowState>> snapshot)
{
    /// <summary>A table of thousands of rows is not rewritten for each of their changes.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    private static readonly string[] Columns =
    [
        "Index", "JobName", "Directory", "TarPath", "TarStatus", "FileID", "UploadStatus", "JobID", "SubmitStatus", "ExtraFileIDs",
        "ErrorMessage", "LastUpdated",
    ];

    // One waiting change is as good as many.
    private readonly Channel<bool> _changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void NoteChange() => _changes.Writer.TryWrite(true);

    /// <summary>Writes after changes, at most once a second, until cancelled.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid when the file cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            Write();
            await Task.Delay(LeastInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="RescaleException">PipelineStateInvalid when the file cannot be written.</exception>
    public void Write()
    {
        var temporary = path + ".tmp";
        try
        {
            using (var stream = File.Create(temporary))
            {
                Render(stream, snapshot());
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw PipelineErrors.StateUnwritable(path, exception);
        }
    }

    internal static void Render(Stream stream, IReadOnlyList<RowState> rows)
    {
        using var csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var row in rows.OrderBy(row => row.Index))
            csv.WriteRecord(
            [
                row.Index.ToString(CultureInfo.InvariantCulture), row.JobName, row.Directory, row.TarPath, Word(row.TarStatus),
                row.FileId ?? "", Word(row.UploadStatus), row.JobId ?? "", Word(row.SubmitStatus), row.ExtraFileIds ?? "", row.ErrorMessage ?? "",
                FormatTime(row.LastUpdated),
            ]);
    }

    internal static string Word(StageStatus status) => status switch
    {
        StageStatus.Success => "success",
        StageStatus.Failed => "failed",
        StageStatus.Skipped => "skipped",
        _ => "pending",
    };

    /// <summary>RFC 3339 in whole seconds with the local offset, Z for none, as Go writes it.</summary>
    private static string FormatTime(DateTimeOffset value)
        => value.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            + (value.Offset == TimeSpan.Zero ? "Z" : value.ToString("zzz", CultureInfo.InvariantCulture));
}
