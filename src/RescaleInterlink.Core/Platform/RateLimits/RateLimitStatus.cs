namespace RescaleInterlink.Platform.RateLimits;

public enum RateLimitMode
{
    /// <summary>The platform is a sandbox without limits.</summary>
    Off,

    /// <summary>The budget is shared by all processes of this user on this machine.</summary>
    Shared,

    /// <summary>The budget is this process's own.</summary>
    Process,

    /// <summary>The shared budget cannot be had, so this process keeps to a small rate of its own.</summary>
    Emergency,
}

/// <summary>How much of one scope's limit is left. It holds no secret.</summary>
public sealed record RateLimitStatus(RateScope Scope, RateLimitMode Mode)
{
    /// <summary>As the platform and other tools call the scope: <c>user</c>, <c>job-submission</c>, <c>jobs-usage</c>.</summary>
    public string Name => RateScopes.NameOf(Scope);

    /// <summary>Calls that may be made at once; null without limits.</summary>
    public double? Tokens { get; init; }

    /// <summary>Calls that may be made at once after a rest.</summary>
    public int? Burst { get; init; }

    /// <summary>Calls per second when the burst is spent: 85 % of the platform's limit, for all processes together.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>The platform's own limit, calls per second.</summary>
    public double? LimitPerSecond { get; init; }

    /// <summary>Present use as a share of the platform's own limit, averaged over 30 s; null when not known.</summary>
    public double? Use { get; init; }

    /// <summary>Calls of this process that wait for a token.</summary>
    public int WaitingCalls { get; init; }

    /// <summary>What the limit alone takes for so many calls, whatever the machine and the network can do.</summary>
    public TimeSpan Shortest(long calls) => Shortest(calls, Tokens, RatePerSecond);

    /// <param name="atOnce">Calls that may be made without waiting; null without limits.</param>
    /// <param name="ratePerSecond">Calls per second after that.</param>
    internal static TimeSpan Shortest(long calls, double? atOnce, double? ratePerSecond)
        => atOnce is { } free && ratePerSecond is > 0 and var rate && calls > free ? TimeSpan.FromSeconds((calls - free) / rate) : TimeSpan.Zero;

    /// <summary>Until when the platform asked to be left alone; null when it did not.</summary>
    public DateTimeOffset? CooldownUntil { get; init; }

    /// <summary>Those that used this budget within the last two minutes, this one among them; 0 without limits.</summary>
    public int Processes { get; init; }

    /// <summary>Why the budget cannot be shared; null when it can.</summary>
    public string? Problem { get; init; }
}
