using System.Text.Json.Serialization;
using RescaleInterlink.Library;
using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Diagnostics;

/// <summary>What is told to somebody who is to help (interop files 12; what follows <see cref="UserNote"/> is our own). It is made on this machine
/// and sent nowhere. Every text in it is redacted when it is written, so that nothing depends on who filled it in.</summary>
public sealed record DiagnosticReport
{
    public string ReportVersion { get; init; } = "1.0";
    public required DateTimeOffset GeneratedAt { get; init; }
    public required string AppVersion { get; init; }
    public required string Os { get; init; }
    public required string Arch { get; init; }

    /// <summary>Other tools say gui, cli or daemon.</summary>
    public string Mode { get; init; } = "powershell";

    /// <summary>Whether the system says it runs in FIPS mode; null when it does not tell.</summary>
    public bool? FipsEnabled { get; init; }

    public string? WorkspaceName { get; init; }

    [JsonPropertyName("workspaceID")]
    public string? WorkspaceId { get; init; }

    [JsonPropertyName("platformURL")]
    public string? PlatformUrl { get; init; }

    [JsonPropertyName("errorID")]
    public string ErrorId { get; init; } = "";

    public string Category { get; init; } = "";
    public string Severity { get; init; } = "";

    /// <summary>The command that failed.</summary>
    public string Operation { get; init; } = "";

    /// <summary><c>api</c>, <c>storage</c> or <c>local</c>.</summary>
    public string Backend { get; init; } = "";

    public string ErrorMessage { get; init; } = "";

    /// <summary>Type of the exception.</summary>
    public string ErrorClass { get; init; } = "";

    public int FailedCount { get; init; }

    /// <summary>The latest errors, oldest first.</summary>
    public IReadOnlyList<RecentError> Timeline { get; init; } = [];

    public string? UserNote { get; init; }

    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>What is set, without what is secret.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<ConnectionState> Connections { get; init; } = [];
    public IReadOnlyList<UnfinishedTransfer> UnfinishedTransfers { get; init; } = [];

    /// <summary>What could not be found out for this report.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>One error, as it was shown.</summary>
public sealed record RecentError(DateTimeOffset Time, string ErrorId, string Category, string Operation, string Message)
{
    /// <summary>HTTP status, when the error is a server's answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Type of the exception, those within it behind it.</summary>
    public string ErrorClass { get; init; } = "";

    public string? RecommendedAction { get; init; }

    /// <summary>Where in the code it was thrown, when it is a fault of the module.</summary>
    public string? StackTrace { get; init; }
}

/// <summary>A connection, without its key.</summary>
public sealed record ConnectionState(string ApiUrl, bool IsOpen, DateTimeOffset ConnectedAt)
{
    public string? StorageType { get; init; }
    public IReadOnlyList<RateLimitStatus> RateLimits { get; init; } = [];
}
