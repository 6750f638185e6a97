using System.Text.Json;
using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>A job with its whole history.</summary>
public sealed record JobRecord : IRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required JobSpecification Specification { get; init; }
    public DateTimeOffset DateInserted { get; init; }

    /// <summary>Oldest first, never empty.</summary>
    public required IReadOnlyList<StatusRecord> Statuses { get; init; }

    /// <summary>Place in the queue, counted over the life of the data folder; null until it is submitted.</summary>
    public long? SubmittedAs { get; init; }
    public RunRecord? Run { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Set by a project assignment.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The folder beneath My Jobs that holds its outputs.</summary>
    public required string FolderId { get; init; }

    [JsonIgnore]
    public StatusRecord Status => Statuses[^1];

    [JsonIgnore]
    public bool IsActive => SubmittedAs is not null && !JobStatuses.IsFinal(Status.Status);

    public JobRecord With(string status, DateTimeOffset at, string? reason = null)
        => this with { Statuses = [.. Statuses, new StatusRecord(status, at, reason)] };
}
