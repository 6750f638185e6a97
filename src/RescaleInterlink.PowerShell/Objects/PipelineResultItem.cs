using System.Management.Automation;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>How one row of a job table ended.</summary>
public sealed class PipelineResultItem : IShellObject
{
    internal PipelineResultItem(PipelineJobResult result)
    {
        Index = result.Index;
        JobName = result.JobName;
        Directory = result.Directory;
        JobId = result.JobId;
        FileId = result.FileId;
        Status = result.Status;
        StatusReason = result.Reason;
        Succeeded = result.Error is null;
        Stage = result.Stage.ToString();
        Destination = result.Destination;
        Elapsed = result.Elapsed;
        Files = [.. result.Files.Select(file => ShellObject.Wrap(new ReceivedFileItem(
            file.Download, file.FileId, result.JobId, file.Kept ? TransferStatus.Identical : TransferStatus.Completed)))];
        ErrorMessage = result.Error?.Message;
    }

    static string IShellObject.TypeName => "RescaleInterlink.PipelineResult";

    /// <summary>1-based data row of the job table.</summary>
    public int Index { get; }

    public string JobName { get; }

    public bool Succeeded { get; }

    public string? Status { get; }

    public string? StatusReason { get; }

    /// <summary>The stage it reached; <c>Done</c> when nothing was left to do.</summary>
    public string Stage { get; }

    public string? JobId { get; }

    /// <summary>The uploaded archive of the job's directory.</summary>
    public string? FileId { get; }

    public string Directory { get; }

    /// <summary>Folder of the outputs.</summary>
    public string? Destination { get; }

    /// <summary>Outputs that are on disk: RescaleInterlink.ReceivedFile.</summary>
    public IReadOnlyList<PSObject> Files { get; }

    public TimeSpan Elapsed { get; }

    public string? ErrorMessage { get; }

    public override string ToString() => $"{JobName}: {(Succeeded ? "succeeded" : ErrorMessage)}";
}
