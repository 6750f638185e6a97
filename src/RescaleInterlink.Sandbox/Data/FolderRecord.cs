using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>A folder. The two roots (My Jobs, My Library) have no parent.</summary>
public sealed record FolderRecord : IRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Kept while it is in the Trash, so that it can go back there.</summary>
    public string? ParentId { get; init; }
    public DateTimeOffset DateInserted { get; init; }
    public DateTimeOffset? TrashedAt { get; init; }

    /// <summary>The job whose outputs it holds; null for a folder of the library.</summary>
    public string? JobId { get; init; }

    [JsonIgnore]
    public bool IsTrashed => TrashedAt is not null;
}
