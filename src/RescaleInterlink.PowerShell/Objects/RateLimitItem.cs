using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>One of the platform's rate limits, and how much of it is left.</summary>
public sealed class RateLimitItem : IShellObject
{
    private const int SecondsPerHour = 3600;

    internal RateLimitItem(RateLimitStatus status, Uri apiUrl)
    {
        Scope = status.Name;
        Mode = status.Mode.ToString();
        Tokens = Round(status.Tokens, 1);
        Burst = status.Burst;
        RatePerSecond = Round(status.RatePerSecond, 3);
        LimitPerHour = Round(status.LimitPerSecond * SecondsPerHour, 0);
        UsePercent = Round(status.Use * 100, 1);
        WaitingCalls = status.WaitingCalls;
        CooldownUntil = status.CooldownUntil?.ToLocalTime();
        Processes = status.Processes;
        Problem = status.Problem;
        ApiUrl = apiUrl;
    }

    static string IShellObject.TypeName => "RescaleInterlink.RateLimit";

    /// <summary><c>user</c>, <c>job-submission</c> or <c>jobs-usage</c>.</summary>
    public string Scope { get; }

    /// <summary><c>Shared</c>, <c>Process</c>, <c>Emergency</c> or <c>Off</c>.</summary>
    public string Mode { get; }

    /// <summary>Calls that may be made at once.</summary>
    public double? Tokens { get; }

    /// <summary>The most there can be of them.</summary>
    public int? Burst { get; }

    /// <summary>Calls per second once they are used up, of all processes together.</summary>
    public double? RatePerSecond { get; }

    /// <summary>The platform's own limit.</summary>
    public double? LimitPerHour { get; }

    /// <summary>Present use of the platform's own limit.</summary>
    public double? UsePercent { get; }

    /// <summary>Calls of this process that wait.</summary>
    public int WaitingCalls { get; }

    /// <summary>Until when the platform asked to be left alone.</summary>
    public DateTimeOffset? CooldownUntil { get; }

    /// <summary>Processes that share it.</summary>
    public int Processes { get; }

    /// <summary>Why it cannot be shared.</summary>
    public string? Problem { get; }

    public Uri ApiUrl { get; }

    public override string ToString() => Mode == nameof(RateLimitMode.Off) ? $"{Scope}: no limit" : FormattableString.Invariant($"{Scope}: {Tokens} of {Burst}");

    private static double? Round(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;
}
