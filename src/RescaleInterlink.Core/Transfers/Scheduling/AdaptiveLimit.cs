namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// How many requests at once are worth while. It grows as long as more of them move more bytes, tries a few more or fewer
/// from time to time, and shrinks at once when the store complains. Not thread-safe: its owner has the lock.
/// </summary>
internal sealed class AdaptiveLimit
{
    public const int Least = 2;
    public const int Most = 64;

    /// <summary>What it begins with, and what trying fewer does not go below.</summary>
    public const int Initial = 8;

    private const int PieceSize = 256 << 10;

    // More connections must bring this part of what they would bring if each were as good as those before.
    private const double RampGain = 0.3;
    private const double ProbeGain = 0.5;
    private const int FirstPause = 4;
    private const int LongestPause = 32;
    private const int TimeOutBurst = 3;

    private static readonly TimeSpan RampWindow = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstHoldBack = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestHoldBack = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeOutSpan = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly int _most;
    private readonly Queue<long> _timeOuts = new();
    private Phase _phase = Phase.Ramp;
    private int _ceiling;
    private long? _windowStart;
    private long _bytes;
    private bool _demand;
    private double _rate;
    private (int Limit, double Rate)? _reference;
    private int _pause = FirstPause;
    private int _windowsLeft;
    private int _direction = 1;
    private long? _lastCut;
    private TimeSpan _holdBack = FirstHoldBack;

    /// <param name="most">Never more than this.</param>
    public AdaptiveLimit(TimeProvider time, int most = Most)
    {
        _time = time;
        _most = _ceiling = most;
        Current = Math.Min(Initial, most);
    }

    private AdaptiveLimit(int always)
    {
        _time = TimeProvider.System;
        _most = _ceiling = Current = always;
        IsFixed = true;
    }

    private enum Phase
    {
        /// <summary>Half as many again after every window that was better for it.</summary>
        Ramp,

        /// <summary>Enough, until it is time to try again.</summary>
        Pause,

        /// <summary>A few more or fewer than before, for one window.</summary>
        Probe,
    }

    public int Current { get; private set; }

    public bool IsFixed { get; }

    public static AdaptiveLimit Fixed(int always) => new(always);

    /// <summary>Someone waits for a connection: only then do the bytes say whether there are enough of them.</summary>
    public void OnDemand() => _demand = true;

    public void OnBytes(long count)
    {
        if (IsFixed) return;
        var now = _time.GetTimestamp();
        if (_windowStart is not { } start)
        {
            Begin(now);
            return;
        }

        _bytes += count;
        var elapsed = _time.GetElapsedTime(start, now);
        if (elapsed < (_phase == Phase.Ramp ? RampWindow : Window)) return;
        // With few pieces in it, it would be chance whether one more has just ended.
        if (_bytes < (long)Current * 2 * PieceSize && elapsed < LongestWindow) return;
        // Silence in it was not the connections'.
        if (elapsed < 2 * LongestWindow) Judge(_bytes / elapsed.TotalSeconds, now);
        Begin(now);
    }

    /// <summary>The store has asked for fewer requests.</summary>
    public void OnThrottled()
    {
        if (IsFixed) return;
        var now = _time.GetTimestamp();
        if (_lastCut is { } last)
        {
            var since = _time.GetElapsedTime(last, now);
            // All requests of the moment are told the same; that is one complaint.
            if (since < BetweenCuts) return;
            _holdBack = since < 3 * _holdBack ? Min(2 * _holdBack, LongestHoldBack) : FirstHoldBack;
        }

        _lastCut = now;
        if (_phase == Phase.Probe) Current = Math.Min(Current, _reference!.Value.Limit);
        var least = Math.Min(Least, _most);
        _ceiling = Math.Max(Current * 7 / 8, least);
        Current = Math.Max(Current * 5 / 8, least);
        _phase = Phase.Ramp;
        _reference = null;
        _timeOuts.Clear();
        Begin(now);
    }

    /// <summary>One time-out is bad luck; several in a short time are a store or a line with too much to do.</summary>
    public void OnTimedOut()
    {
        if (IsFixed) return;
        var now = _time.GetTimestamp();
        _timeOuts.Enqueue(now);
        while (_time.GetElapsedTime(_timeOuts.Peek(), now) > TimeOutSpan) _timeOuts.Dequeue();
        if (_timeOuts.Count >= TimeOutBurst) OnThrottled();
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Begin(long now) => (_windowStart, _bytes, _demand) = (now, 0, false);

    private void Judge(double rate, long now)
    {
        if (_lastCut is { } cut && _time.GetElapsedTime(cut, now) < _holdBack) return;
        switch (_phase)
        {
            case Phase.Ramp:
                if (_demand) Ramp(rate);
                break;
            case Phase.Probe:
                EndProbe(rate);
                break;
            default:
                _rate = _rate == 0 ? rate : (_rate + rate) / 2;
                if (_demand && --_windowsLeft <= 0) Probe();
                break;
        }
    }

    private void Ramp(double rate)
    {
        if (_reference is { } before && rate < before.Rate * (1 + RampGain * (Current - before.Limit) / before.Limit))
        {
            Current = before.Limit;
            Pause(FirstPause);
        }
        else if (Current >= _ceiling)
        {
            Pause(FirstPause);
        }
        else
        {
            _reference = (Current, rate);
            Current = Math.Min(_ceiling, Current + Math.Max(1, Current / 2));
        }
    }

    private void Pause(int windows)
    {
        _phase = Phase.Pause;
        _pause = _windowsLeft = windows;
        _rate = 0;
    }

    private void Probe()
    {
        var step = Math.Max(1, Current / 8);
        var target = Current + _direction * step;
        if (target > _most || target < Math.Min(Initial, Current))
        {
            _direction = -_direction;
            target = Current + _direction * step;
            if (target > _most || target < Math.Min(Initial, Current)) return;
        }

        _reference = (Current, _rate);
        _phase = Phase.Probe;
        Current = target;
    }

    /// <summary>More must have been clearly better, fewer not clearly worse; else it is as before, and longer so.</summary>
    private void EndProbe(double rate)
    {
        var before = _reference!.Value;
        var change = (Current - before.Limit) / (double)before.Limit;
        if (_demand && rate >= before.Rate * (1 + ProbeGain * change))
        {
            Pause(1);
            return;
        }

        Current = before.Limit;
        _direction = -_direction;
        Pause(Math.Min(2 * Math.Max(_pause, FirstPause), LongestPause));
    }
}
