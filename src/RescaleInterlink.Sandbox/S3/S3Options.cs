namespace RescaleInterlink.Sandbox.S3;

/// <summary>What one S3 endpoint serves and demands. The defaults are S3's own.</summary>
public sealed record S3Options
{
    /// <summary>The region signatures must name.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The buckets there are; they are neither made nor deleted over the wire.</summary>
    public IReadOnlyList<string> Buckets { get; init; } = ["sandbox"];

    /// <summary>Least length in bytes of every part but the last: 5 MiB.</summary>
    public long MinimumPartLength { get; init; } = 5 * 1024 * 1024;

    /// <summary>Most that the clocks of client and server may differ: 15 minutes.</summary>
    public TimeSpan AllowedClockSkew { get; init; } = TimeSpan.FromMinutes(15);
}
