using RescaleInterlink.Pipelines.Measuring;

namespace RescaleInterlink.Pipelines;

/// <content>What the run has measured.</content>
internal sealed partial class PipelineRun
{
    private readonly RunMeter _meter;
    private readonly Dictionary<string, long> _sent = new(StringComparer.Ordinal);
    private long _bytesShared;
    private int _endedBefore;

    /// <summary>Numbers of the run up to now.</summary>
    public PipelineSummary GetSummary()
    {
        var end = GetProgress();
        var usage = _engine.GetUsage();
        var times = _meter.GetTimes(usage.Waits);
        lock (_sent)
            return new PipelineSummary
            {
                Jobs = end.Jobs,
                Succeeded = end.Succeeded,
                Failed = end.Failed,
                EndedBefore = Volatile.Read(ref _endedBefore),
                Duration = TimeSpan.FromSeconds(times.Sum(static time => time.Time.TotalSeconds)),
                Archives = _sent.Count,
                BytesArchived = _sent.Values.Sum(),
                BytesShared = _bytesShared,
                BytesUploaded = usage.BytesSent,
                BytesDownloaded = usage.BytesReceived,
                ApiCalls = _meter.GetApiUsage(),
                PeakMemory = usage.PeakMemory,
                MostConnections = usage.MostConnections,
                Times = times,
            };
    }

    /// <summary>Rows of one directory have the same file.</summary>
    private void CountArchive(string fileId, long length)
    {
        lock (_sent)
            if (!_sent.TryAdd(fileId, length))
                _bytesShared += length;
    }
}
