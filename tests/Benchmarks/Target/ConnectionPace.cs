using System.Diagnostics;

namespace RescaleInterlink.Benchmarks.Target;

/// <summary>What object stores are like: a connection carries 50 MB/s, and an answer takes 20 ms to begin.</summary>
internal sealed class ConnectionPace
{
    public static readonly TimeSpan FirstByte = TimeSpan.FromMilliseconds(20);

    /// <summary>Bytes per second of one connection.</summary>
    public const double Rate = 50e6;

    // Timers are no finer; shorter waits are saved up.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(4);

    // What a late timer has lost is made good, else a busy machine's connections are slower than what is said of them.
    private static readonly long MostLate = Stopwatch.Frequency / 20;

    private long _freeAt = Stopwatch.GetTimestamp();

    /// <summary>Waits until the connection would have carried these bytes.</summary>
    public async ValueTask MoveAsync(long bytes)
    {
        var now = Stopwatch.GetTimestamp();
        _freeAt = Math.Max(_freeAt, now - MostLate) + (long)(bytes / Rate * Stopwatch.Frequency);
        var wait = Stopwatch.GetElapsedTime(now, _freeAt);
        if (wait > ShortestWait) await Task.Delay(wait);
    }
}
