using System.Collections.Concurrent;

namespace RescaleInterlink.Testing;

/// <summary>
/// A clock for code that waits between attempts: a timer that <paramref name="skip"/> chooses ends at once, and the time
/// jumps by as much; the waits are written down. Any other one (a time-out) never ends.
/// </summary>
public sealed class SkippingTime(Func<TimeSpan, bool> skip) : TimeProvider
{
    /// <param name="longest">Waits up to this are skipped.</param>
    public SkippingTime(TimeSpan longest)
        : this(due => due <= longest)
    {
    }

    private readonly ConcurrentQueue<TimeSpan> _waits = new();
    private long _now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).UtcTicks;

    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Interlocked.Read(ref _now);
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan || !skip(dueTime))
            return new Ended();
        _waits.Enqueue(dueTime);
        Advance(dueTime);
        // On another thread: a timer never calls back within its own creation.
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Ended();
    }

    private sealed class Ended : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;
        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
