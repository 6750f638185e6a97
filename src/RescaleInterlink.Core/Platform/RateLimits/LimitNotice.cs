namespace RescaleInterlink.Platform.RateLimits;

/// <summary>
/// When a wait for a token is worth telling (interop API 2.4): it took more than 100 ms, and at least 60 % of the platform's
/// own limit is in use; again only after the use was below 50 %, and at most every 10 s. One caller at a time.
/// </summary>
internal sealed class LimitNotice(TimeProvider time)
{
    private const double TellFrom = 0.6;
    private const double ArmBelow = 0.5;
    private static readonly TimeSpan LongWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private bool _isArmed = true;
    private long? _told;

    /// <param name="use">As a share of the platform's own limit.</param>
    public bool IsDue(TimeSpan wait, double use)
    {
        _isArmed |= use < ArmBelow;
        if (!_isArmed || wait <= LongWait || use < TellFrom || (_told is { } told && time.GetElapsedTime(told) < Every))
            return false;
        (_isArmed, _told) = (false, time.GetTimestamp());
        return true;
    }
}
