using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>How far a row of a pipeline's run has come.</summary>
public sealed class PipelineStateItem : IShellObject
{
    private readonly PipelineRowState _row;

    internal PipelineStateItem(PipelineRowState row) => _row = row;

    static string IShellObject.TypeName => "RescaleInterlink.PipelineState";

    /// <summary>Data row of the jobs table, from 1.</summary>
    public int Index => _row.Index;

    public string JobName => _row.JobName;

    public string Directory => _row.Directory;

    /// <summary><c>pending</c>, <c>success</c>, <c>failed</c> or <c>skipped</c>, as the two after it.</summary>
    public string TarStatus => _row.TarStatus;

    public string UploadStatus => _row.UploadStatus;

    public string SubmitStatus => _row.SubmitStatus;

    public string? FileId => _row.FileId;

    public string? JobId => _row.JobId;

    /// <summary>Ids of the files that the job has besides its archive.</summary>
    public string[] ExtraFileId => _row.ExtraFileIds?.Split(',') ?? [];

    /// <summary>The platform's last word, when the run has heard one.</summary>
    public string? JobStatus => _row.JobStatus;

    public string? StatusReason => _row.Reason;

    /// <summary>Nothing is left to do; null in the state of the Go tool.</summary>
    public bool? HasEnded => _row.HasEnded;

    public string? ErrorId => _row.ErrorId;

    public string? ErrorMessage => _row.ErrorMessage;

    public string? Destination => _row.Destination;

    /// <summary>Where a kept archive would lie.</summary>
    public string TarPath => _row.TarPath;

    public DateTimeOffset? LastUpdated => _row.LastUpdated?.ToLocalTime();

    public override string ToString() => $"{JobName}: {SubmitStatus}";
}
