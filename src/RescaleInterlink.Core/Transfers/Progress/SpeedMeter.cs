namespace RescaleInterlink.Transfers.Progress;

/// <summary>Counts bytes and their rate over the last 60 s. Thread-safe.</summary>
internal sealed class SpeedMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SampleSpacing = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly Queue<(long Timestamp, long Bytes)> _samples = new();
    private long _bytes;
    private long _lastSample;

    /// <summary>The clock runs from the first transfer on.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_samples.Count == 0) Sample(time.GetTimestamp());
        }
    }

    public void Add(long count)
    {
        lock (_lock)
        {
            _bytes += count;
            var now = time.GetTimestamp();
            if (time.GetElapsedTime(_lastSample, now) >= SampleSpacing) Sample(now);
        }
    }

    public (long Bytes, double PerSecond) Read()
    {
        lock (_lock)
        {
            if (_samples.Count == 0) return (_bytes, 0);
            var now = time.GetTimestamp();
            // The oldest sample inside the window, or the last one before it.
            while (_samples.Count > 1 && time.GetElapsedTime(_samples.Peek().Timestamp, now) > Window) _samples.Dequeue();
            var (timestamp, bytes) = _samples.Peek();
            var seconds = time.GetElapsedTime(timestamp, now).TotalSeconds;
            return (_bytes, seconds > 0 ? (_bytes - bytes) / seconds : 0);
        }
    }

    private void Sample(long now)
    {
        _samples.Enqueue((now, _bytes));
        _lastSample = now;
    }
}
