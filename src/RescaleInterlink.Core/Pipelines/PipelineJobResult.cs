using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Pipelines;

/// <summary>One job's ending. <see cref="Error"/> is null exactly when it succeeded.</summary>
public sealed record PipelineJobResult
{
    public required int Index { get; init; }
    public required string JobName { get; init; }
    /// <summary>Full path of the row's directory, or empty.</summary>
    public required string Directory { get; init; }
    public string? JobId { get; init; }
    public string? FileId { get; init; }
    public string? Status { get; init; }
    public string? Reason { get; init; }
    /// <summary>Folder of the outputs.</summary>
    public string? Destination { get; init; }
    /// <summary>Outputs that are on disk, whole; a job that failed has those it left, such as its log.</summary>
    public IReadOnlyList<DownloadedOutput> Files { get; init; } = [];
    /// <summary>The stage that failed, or Done.</summary>
    public PipelineStage Stage { get; init; }
    public TimeSpan Elapsed { get; init; }
    public RescaleException? Error { get; init; }
    /// <summary>What went wrong without harm to the job: a tag or a project that could not be set.</summary>
    public IReadOnlyList<RescaleException> Warnings { get; init; } = [];
}

/// <param name="FileId">On the platform.</param>
/// <param name="Kept">An earlier run had left it there, with the right bytes.</param>
public sealed record DownloadedOutput(string FileId, DownloadResult Download, bool Kept)
{
    /// <summary>Full local path.</summary>
    public string Path => Download.Destination;
    public long Length => Download.Length;
    /// <summary>Lower-case hex of the content that was received.</summary>
    public string Sha512 => Download.Sha512;
}
