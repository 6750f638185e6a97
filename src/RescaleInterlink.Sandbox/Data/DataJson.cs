using System.Text.Json;
using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>One line of the journal: a transaction. It is there whole or not at all.</summary>
internal sealed record JournalLine(IReadOnlyList<Change> Changes);

/// <summary>A record put (one of the three is set) or deleted (none is).</summary>
/// <param name="Kind">Name of the table.</param>
internal sealed record Change(string Kind, string Id, FileRecord? File = null, FolderRecord? Folder = null, JobRecord? Job = null);

/// <summary>Generated serialisers: no reflection at start-up.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class DataJson : JsonSerializerContext;
