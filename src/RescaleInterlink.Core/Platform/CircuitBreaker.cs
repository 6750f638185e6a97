using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>
/// Leaves a host alone that fails whoever asks it: after <see cref="Threshold"/> failures in a row, of all calls of a session together, nothing is
/// sent to it for a while; then one call tries, and either opens the way for all or lengthens the break. Thread-safe.
/// </summary>
/// <remarks>
/// A failure is one of the connection or of a proxy, silence, a 502, 503 or 504, and any other 5xx but 501 to a call that may be repeated after
/// it. Such a 5xx to a call that may not, as the creation of a job, may be the fault of what was asked and tells nothing. Any other answer, a 429
/// or 404 too, is a success. The numbers are ours: one
/// call alone never meets the break, as it waits longer between its own attempts by then (1, 2, 4, 8, 16, 30 s). An attempt that is held back
/// counts as one that failed and waits at least as long, so that no call gives up earlier than it would without.
/// </remarks>
/// <param name="host">For the message.</param>
internal sealed class CircuitBreaker(string host, TimeProvider time)
{
    public const int Threshold = 10;
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(30);

    /// <summary>When to ask again while another call is trying.</summary>
    private static readonly TimeSpan ProbeWait = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private int _failures;
    private long _firstFailure;
    private long _opened;
    private TimeSpan _break;
    private bool _open;
    private bool _probing;
    private RescaleException? _last;

    /// <summary>Lets an attempt through; whoever is let through says how it ended.</summary>
    /// <exception cref="RescaleException">PlatformHeldBack, with the time after which to ask again.</exception>
    public Pass Enter()
    {
        lock (_gate)
        {
            if (!_open)
                return new Pass(this, isProbe: false);
            var left = _break - time.GetElapsedTime(_opened);
            if (left > TimeSpan.Zero || _probing)
                throw HeldBack(left > ProbeWait ? left : ProbeWait);
            _probing = true;
            return new Pass(this, isProbe: true);
        }
    }

    private void Close()
    {
        lock (_gate)
            (_open, _failures) = (false, 0);
    }

    private void Count(bool isProbe, RescaleException failure)
    {
        lock (_gate)
        {
            _last = failure;
            if (isProbe)
                Open(_break * 2 < LongestBreak ? _break * 2 : LongestBreak);
            // What was under way when the break began says nothing new.
            if (_open)
                return;
            if (_failures == 0 || time.GetElapsedTime(_firstFailure) > Window)
                (_failures, _firstFailure) = (0, time.GetTimestamp());
            if (++_failures >= Threshold)
                Open(FirstBreak);
        }
    }

    private void Open(TimeSpan length) => (_open, _opened, _break) = (true, time.GetTimestamp(), length);

    private void EndProbe()
    {
        lock (_gate)
            _probing = false;
    }

    private RescaleException HeldBack(TimeSpan wait)
    {
        var again = (time.GetLocalNow() + wait).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return new RescaleException(
            ErrorIds.PlatformHeldBack,
            ErrorKind.Unreachable,
            $"Calls to {host} failed {Threshold} times in a row, and it is left alone until {again}; nothing was sent to it. The last failure: {_last!.Message}",
            $"Try again after {again}. {_last.RecommendedAction}",
            _last)
        {
            Behavior = ErrorBehavior.Retry,
            RetryAfter = wait,
        };
    }

    /// <summary>One attempt that was let through. One that ends without a word, because its caller was stopped, tells nothing.</summary>
    public sealed class Pass(CircuitBreaker breaker, bool isProbe) : IDisposable
    {
        public void Succeeded() => breaker.Close();

        /// <param name="failure">What those are told who are held back for it; it names the host or the proxy that failed.</param>
        public void Failed(RescaleException failure) => breaker.Count(isProbe, failure);

        public void Dispose()
        {
            if (isProbe)
                breaker.EndProbe();
        }
    }
}
