using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Pipelines.Measuring;

namespace RescaleInterlink.Pipelines;

/// <content>What the run log is told.</content>
internal sealed partial class PipelineRun
{
    private void EnterStage(PipelineJob job, PipelineStage stage)
    {
        job.Stage = stage;
        _log?.Write(PipelineLogLine.Of("stageStarted", job, stage));
    }

    private void LogStageEnd(PipelineJob job, long? bytes = null) => _log?.Write(PipelineLogLine.Of("stageEnded", job, job.Stage) with { Bytes = bytes });

    private void Warn(PipelineJob job, IReadOnlyList<RescaleException> warnings)
    {
        job.Warnings = [.. job.Warnings, .. warnings];
        foreach (var warning in warnings)
            _log?.Write(PipelineLogLine.Of("warning", warning, job, job.Stage));
    }

    private void LogEnd(PipelineSummary end)
    {
        _log?.Write(new PipelineLogLine(Volatile.Read(ref _open) == 0 ? "runEnded" : "runStopped")
        {
            Jobs = end.Jobs,
            Succeeded = end.Succeeded,
            Failed = end.Failed,
            Bytes = end.BytesUploaded + end.BytesDownloaded,
            Seconds = PipelineLog.Seconds(end.Duration),
            Summary = PipelineLogSummary.Of(end),
        });
    }

    private void LogJobEnd(PipelineJob job, PipelineStage stage, RescaleException? error, TimeSpan elapsed)
    {
        var line = error is null ? PipelineLogLine.Of("jobSucceeded", job, stage) : PipelineLogLine.Of("jobFailed", error, job, stage);
        _log?.Write(line with { Bytes = _folders is null ? null : job.Files.Sum(static file => file.Length), Seconds = PipelineLog.Seconds(elapsed) });
    }

    /// <summary>What is not of one job, and may be of any kind.</summary>
    private void LogFailure(Exception exception) => _log?.Write(exception is RescaleException known
        ? PipelineLogLine.Of("runFailed", known)
        : new PipelineLogLine("runFailed") { Message = Redaction.Redact(exception.Message) });
}
