namespace RescaleInterlink.Sandbox.Data;

/// <summary>The one run of a job.</summary>
public sealed record RunRecord
{
    public const string OnlyId = "1";

    public string Id { get; init; } = OnlyId;
    public DateTimeOffset? DateStarted { get; init; }
    public DateTimeOffset? DateCompleted { get; init; }

    /// <summary>What the operating system runs for it; null once it has ended.</summary>
    public RunProcess? Process { get; init; }
}
