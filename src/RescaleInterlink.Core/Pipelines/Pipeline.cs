using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>Reads jobs CSV (interop files 4.1).</summary>
public static class JobTable
{
    /// <exception cref="Errors.RescaleException">JobTableInvalid; the message names file row and column of every fault.</exception>
    public static IReadOnlyList<JobRow> Read(TextReader reader, string sourceName) => throw new NotImplementedException();
}

/// <param name="Index">1-based data row.</param>
public sealed record JobRow(int Index, JobSpec Spec);

public sealed record PipelineOptions
{
    /// <summary>Folder that gets one sub-folder of outputs for each job; null does not wait or download.</summary>
    public string? Destination { get; init; }
    /// <summary>State CSV (interop files 7); the journal lies beside it as <c>{StatePath}.journal</c>.</summary>
    public required string StatePath { get; init; }
    public int ArchiveWorkers { get; init; } = 4;
    public int UploadWorkers { get; init; } = 4;
    public int JobWorkers { get; init; } = 4;
    public int DownloadWorkers { get; init; } = 4;
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);
    public Transfers.TransferOptions Transfer { get; init; } = new();
}

public enum PipelineStage { Validate, Archive, Upload, Create, Submit, Wait, Download, Done }

/// <summary>One job's ending. <see cref="Error"/> is null exactly when it succeeded.</summary>
public sealed record PipelineJobResult
{
    public required int Index { get; init; }
    public required string JobName { get; init; }
    public required string Directory { get; init; }
    public string? JobId { get; init; }
    public string? FileId { get; init; }
    public string? Status { get; init; }
    public string? Reason { get; init; }
    /// <summary>Folder of the outputs.</summary>
    public string? Destination { get; init; }
    public IReadOnlyList<DownloadedOutput> Files { get; init; } = [];
    public PipelineStage Stage { get; init; }
    public TimeSpan Elapsed { get; init; }
    public Errors.RescaleException? Error { get; init; }
}
public sealed record DownloadedOutput(string Path, long Length, string Sha512);

public sealed record PipelineProgress(int Jobs, IReadOnlyDictionary<PipelineStage, int> JobsByStage, int Succeeded, int Failed, Transfers.ProgressSnapshot Transfers);

/// <summary>Runs many jobs through archive, upload, create, submit, wait and download as concurrent, bounded stages.</summary>
public sealed class PipelineRunner
{
    internal PipelineRunner(Platform.RescaleClient client, Library.FileLibrary library, JobService jobs, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Checks all rows before anything is sent.</summary>
    public IReadOnlyList<RowFault> Validate(IReadOnlyList<JobRow> rows) => throw new NotImplementedException();

    /// <summary>Yields each job as it ends; one job's failure does not stop the others.</summary>
    public IAsyncEnumerable<PipelineJobResult> RunAsync(IReadOnlyList<JobRow> rows, PipelineOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    public PipelineProgress GetProgress() => throw new NotImplementedException();
}
public sealed record RowFault(int Index, string JobName, string Column, string Message);
